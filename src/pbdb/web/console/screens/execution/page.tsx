import "./execution.css";

import type { GetExecutionRow } from "@pbdb/client";
import {
  isOver as hasEnded,
  useExecution,
  useExecutionEvents,
  useExecutionSteps,
  usePlaybookGraph,
} from "@pbdb/react";
import { useEffect, useMemo, useState } from "react";

import { change, to, usePlace } from "../../address.ts";
import { Announce } from "../../parts/announce.tsx";
import { standOf, wordOf } from "../../parts/status.tsx";
import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { Value } from "../../parts/value.tsx";
import { Bars } from "./bars.tsx";
import { Graph } from "./graph.tsx";
import { Header } from "./header.tsx";
import { List } from "./list.tsx";
import { Panel } from "./panel.tsx";
import { Problem } from "./problem.tsx";
import { standings, theOne } from "./state.ts";
import { useSteering } from "./steering.tsx";

export function ExecutionPage({ id }: { id: string }) {
  const found = useExecution(id, { live: true });
  const it = found.data;
  useEffect(() => {
    if (it) document.title = `${it.executionName || it.playbookName} · pbdb`;
  }, [it?.executionName, it?.playbookName]);
  if (found.isPending) return <Waiting rows={8} />;
  if (!it) return <Trouble error={found.error} />;
  return <Shown it={it} error={found.error} />;
}

function Shown({ it, error }: { it: GetExecutionRow; error: unknown }) {
  const id = it.executionId;
  const place = usePlace();
  const live = useExecutionEvents(id);
  const graph = usePlaybookGraph(it.playbookName, it.version, { staleTime: Infinity });
  const steps = useExecutionSteps(id);
  const isOver = hasEnded(it.status);
  const title = it.executionName || it.playbookName;
  const steering = useSteering(it, title);
  const standing = useMemo(
    () => standings(graph.data?.nodes ?? [], steps.data ?? []),
    [graph.data, steps.data],
  );
  const one = useMemo(() => theOne(standing, isOver ? it.status : null), [
    standing,
    isOver,
    it.status,
  ]);
  const selected = place.said.get("step") ?? one;
  const chosen = selected === undefined ? undefined : standing.get(selected);
  const isList = place.said.get("view") === "list";
  const kept = { view: isList ? "list" : undefined };
  const select = (step: string) =>
    change(place, {
      step,
      ...{ tab: undefined, result: undefined, only: undefined, item: undefined },
    });
  const seen = {
    it,
    standing,
    live: live.picture,
    isOver,
    selected,
    href: (step: string) => to(`executions/${id}`, { ...kept, step }),
  };
  return (
    <>
      <Header it={it} title={title} live={live} isOver={isOver} steering={steering} />
      <Announce
        text={`${wordOf(standOf(it))}, ${it.completedSteps} of ${it.totalSteps} steps${
          it.currentStepName ? `, at ${it.currentStepName}` : ""
        }`}
      />
      <Trouble error={error ?? steering.error} />
      <Problem it={it} step={one} steering={steering} />
      <Trouble error={graph.error ?? steps.error} />
      <div className="row view" role="group" aria-label="Steps as">
        <h2 className="grow">Steps</h2>
        {["graph", "list"].map((each) => (
          <button
            key={each}
            type="button"
            className="chip"
            aria-pressed={isList === (each === "list")}
            onClick={() => change(place, { view: each === "list" ? each : undefined })}
          >
            {each === "list" ? "List" : "Graph"}
          </button>
        ))}
      </div>
      {!graph.data || !steps.data
        ? <Waiting rows={6} />
        : isList
        ? <List {...seen} />
        : (
          <div className="overview">
            <Graph
              name={it.playbookName}
              standing={standing}
              edges={graph.data.edges}
              live={live.picture}
              isOver={isOver}
              selected={selected}
              select={select}
            />
            <Bars {...seen} />
          </div>
        )}
      {chosen && (
        <Panel
          key={selected}
          id={id}
          standing={chosen}
          steering={steering}
          canRetry={isOver && it.status !== "COMPLETED"}
          isOver={isOver}
        />
      )}
      <Folded title="Output" value={it.outputData} isOpen={it.status === "COMPLETED"} />
      <Folded title="Input" value={it.inputData} />
      {it.metadata && Object.keys(it.metadata).length > 0 && (
        <Folded title="Metadata" value={it.metadata} />
      )}
      {steering.dialog}
    </>
  );
}

function Folded(props: { title: string; value: unknown; isOpen?: boolean }) {
  const [isOpen, setOpen] = useState(props.isOpen ?? false);
  useEffect(() => {
    if (props.isOpen) setOpen(true);
  }, [props.isOpen]);
  return (
    <details
      className="card"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{props.title} of the execution</summary>
      {isOpen && <Value value={props.value} label={props.title} />}
    </details>
  );
}
