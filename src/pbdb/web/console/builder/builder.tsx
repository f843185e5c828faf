// The builder: canvas, document and inspector of one playbook.

import "./builder.css";

import { usePbdb } from "@pbdb/react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import { insertStep, removeStep } from "../../document/steps.ts";
import { moveStep, shiftAside, shiftStep } from "../../document/moves.ts";
import { change, usePlace } from "../address.ts";
import { Ask } from "../parts/ask.tsx";
import { Trouble, Waiting } from "../parts/trouble.tsx";
import { Activate } from "./activate.tsx";
import { type Bench, useBench, useMarks } from "./bench.ts";
import { Canvas } from "./canvas.tsx";
import { type Check, type Checked, isNone, located, useCheck } from "./check.ts";
import { Conflicted } from "./conflicted.tsx";
import { useDraft } from "./draft.ts";
import { editor } from "./editor.ts";
import { Head } from "./head.tsx";
import { Inspector } from "./inspector.tsx";
import { open, type Opened } from "./opened.ts";
import { Palette } from "./palette.tsx";
import { useActivation, useDiscard } from "./publish.ts";
import { Strip } from "./strip.tsx";
import { traced, type TraceRow } from "./trace_rows.tsx";
import { WhatIf } from "./whatif.tsx";

export default function Builder({ name }: { name: string }) {
  const client = usePbdb();
  const opened = useQuery({
    queryKey: ["builder", name],
    queryFn: () => open(client, name),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (opened.isPending) return <Waiting rows={8} />;
  if (!opened.data) return <Trouble error={opened.error} />;
  return <Workbench name={name} opened={opened.data} />;
}

function Workbench({ name, opened }: { name: string; opened: Opened }) {
  const place = usePlace();
  const selected = place.said.get("step");
  const isAsking = place.said.get("panel") === "what-if";
  const select = useCallback((step: string | null) => change(place, { step: step ?? undefined }), [
    place,
  ]);
  const saving = useRef<(text: Text) => void>(() => {});
  const bench = useBench({
    first: opened.kept ?? opened.base.text,
    said: opened.kept === null ? "" : "What you had not saved is back.",
    selected,
    select,
    save: (text) => saving.current(text),
  });
  const { text } = bench;
  const check = useCheck(text);
  const issues = useMemo(
    () => check.checked && text.content !== undefined ? located(text, check.checked.issues) : [],
    [check.checked, text],
  );
  useMarks(bench, issues);
  const isMalformed = text.content === undefined || isNone(issues);
  const isRenamed = text.content !== undefined && text.content.name !== name;
  const draft = useDraft(name, opened, text, check.of === text && !isMalformed && !isRenamed);
  saving.current = (now) => void draft.save(now, draft.base);
  const [active, setActive] = useState(opened.active);
  const [asked, ask] = useState<"activate" | "discard" | null>(null);
  const [isLooking, setLooking] = useState(true);
  useEffect(() => setLooking(true), [draft.conflict]);
  const activation = useActivation(name, text, draft, (saved) => {
    setActive({ version: saved.version, text: saved.text });
    ask(null);
  });
  const discard = useDiscard(name, draft, () => bench.now().text);
  const [trace, setTrace] = useState<TraceRow[] | null>(null);
  const traces = useMemo(() => trace && traced(trace), [trace]);
  // What would happen was said of another text.
  useEffect(() => setTrace(null), [text.text]);
  const step = stepsOf(text).find((each) => each.name === selected);
  const { attempt, choose } = bench;
  return (
    <div className="builder">
      <Head
        name={name}
        bench={bench}
        draft={draft}
        from={opened.from}
        isMalformed={isMalformed}
        isRenamed={isRenamed}
        isAsking={isAsking}
        isBusy={discard.isPending}
        isActive={text.text === active?.text}
        look={() => setLooking(true)}
        ask={() => {
          setTrace(null);
          change(place, { panel: isAsking ? undefined : "what-if" });
        }}
        discard={() => ask("discard")}
        activate={() => ask("activate")}
      />
      {draft.state.kind === "refused" && !draft.conflict && <Trouble error={draft.state.error} />}
      <Trouble error={discard.error} />
      {isRenamed && (
        <p className="notice">
          This page edits “{name}”, and the document is called “{String(text.content!.name)}”:
          nothing is saved until the name is the old one again.
        </p>
      )}
      <Palette
        after={step ? step.name : null}
        add={(type) => attempt((now) => insertStep(now, type, step ? { after: step.name } : {}))}
      />
      <div className="panes">
        <Drawn check={check} isMalformed={isMalformed}>
          {(checked) => (
            <Canvas
              checked={checked}
              issues={issues}
              selected={selected}
              traces={traces}
              select={choose}
              open={() => document.getElementById("inspect-name")?.focus()}
              remove={(name) => attempt((now) => removeStep(now, name))}
              move={(name, by, isAside) =>
                attempt((now) => (isAside ? shiftAside : shiftStep)(now, name, by))}
              drop={(what, where) =>
                attempt((now) =>
                  "type" in what
                    ? insertStep(now, what.type, where)
                    : moveStep(now, what.step, where)
                )}
            />
          )}
        </Drawn>
        <Document first={opened.kept ?? opened.base.text} bench={bench} />
        {isAsking
          ? (
            <WhatIf
              name={name}
              text={text}
              selected={selected}
              select={choose}
              rows={trace}
              show={setTrace}
              close={() => change(place, { panel: undefined })}
            />
          )
          : (
            <Inspector
              text={text}
              step={step}
              issues={issues}
              edit={bench.edit}
              attempt={attempt}
              complete={bench.complete}
            />
          )}
      </div>
      <Strip
        troubles={text.troubles}
        issues={issues}
        isBehind={check.isBehind}
        error={check.error}
        line={(offset) => text.text.slice(0, offset).split("\n").length}
        go={bench.go}
      />
      {asked === "discard" && (
        <Ask
          title={`Discard the draft of ${name}`}
          action="Discard it"
          done={() => discard.mutate({ name, version: draft.base.version! })}
          close={() => ask(null)}
        >
          <p>
            Draft v{draft.base.version}{" "}
            is deleted{active ? `; v${active.version} stays active` : ""}.
          </p>
        </Ask>
      )}
      {asked === "activate" && (
        <Activate
          name={name}
          active={active}
          text={text.text}
          issues={issues}
          isBusy={activation.isPending || check.isBehind}
          error={activation.error}
          activate={() => activation.mutate()}
          close={() => ask(null)}
        />
      )}
      {draft.conflict && isLooking && (
        <Conflicted
          draft={draft}
          mine={text}
          close={() => setLooking(false)}
          replace={bench.replace}
        />
      )}
    </div>
  );
}

/** The last picture that there was stays while the text cannot be read. */
function Drawn(props: {
  check: Check;
  isMalformed: boolean;
  children: (checked: Checked) => React.ReactNode;
}) {
  const { checked } = props.check;
  const last = useRef(checked);
  if (checked && !props.isMalformed) last.current = checked;
  if (last.current) return props.children(last.current);
  return (
    <div className="drawing">
      <div className="canvas" />
    </div>
  );
}

function Document({ first, bench }: { first: string; bench: Bench }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const made = editor(box.current!, first, () => bench.told.current, bench.complete);
    bench.view.current = made;
    return () => {
      made.destroy();
      bench.view.current = null;
    };
    // The editor holds the text from here on.
  }, []);
  return <div className="document" ref={box} />;
}
