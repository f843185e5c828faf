import { isOver, useExecution, useExecutionSteps, usePlaybookGraph } from "@pbdb/react";
import { useMemo, useState } from "react";

import { to } from "../../address.ts";
import { Pill, standOf } from "../../parts/status.tsx";
import { span } from "../../parts/time.tsx";
import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { Graph } from "./graph.tsx";
import { standings } from "./state.ts";

const MOST = 20;

/** The executions that a step has started, each to be unfolded in its place. */
export function Children({ ids }: { ids: string[] }) {
  return (
    <div className="children">
      <h3>
        {ids.length === 1 ? "It started an execution" : `It started ${ids.length} executions`}
      </h3>
      {ids.slice(0, MOST).map((each) => <Child key={each} id={each} />)}
      {ids.length > MOST && (
        <p className="dim">
          and {ids.length - MOST} more: <a href={to("executions", { children: "yes" })}>all</a>
        </p>
      )}
    </div>
  );
}

function Child({ id }: { id: string }) {
  const found = useExecution(id, { live: true });
  const [isOpen, setOpen] = useState(false);
  const it = found.data;
  if (found.error) return <Trouble error={found.error} />;
  if (!it) return <Waiting rows={1} />;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="row">
          <bdi>{it.executionName || it.playbookName}</bdi> <Pill status={standOf(it)} />
          <span className="dim">
            {it.completedSteps} of {it.totalSteps} steps · {span(it.elapsedTimeMs)}
          </span>
          <a href={to(`executions/${id}`)}>Open it</a>
        </span>
      </summary>
      {isOpen && <Inside id={id} name={it.playbookName} version={it.version} status={it.status} />}
    </details>
  );
}

function Inside(props: { id: string; name: string; version: number; status: string }) {
  const graph = usePlaybookGraph(props.name, props.version, { staleTime: Infinity });
  const steps = useExecutionSteps(props.id);
  const standing = useMemo(
    () => standings(graph.data?.nodes ?? [], steps.data ?? []),
    [graph.data, steps.data],
  );
  if (!graph.data || !steps.data) return <Waiting rows={3} />;
  return (
    <Graph
      name={props.name}
      standing={standing}
      edges={graph.data.edges}
      live={undefined}
      isOver={isOver(props.status)}
      selected={undefined}
      select={(step) => {
        location.hash = to(`executions/${props.id}`, { step });
      }}
    />
  );
}
