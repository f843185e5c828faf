// The builder: canvas, document and inspector of one playbook. The text is the truth: whatever is
// done on the canvas or in the inspector is a change of the text, and undone as one.

import "./builder.css";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { read, type Text } from "../../document/read.ts";
import { complete } from "../../document/complete.ts";
import { rangeOf, stepAt, stepsOf } from "../../document/place.ts";
import { CannotEdit } from "../../document/splice.ts";
import {
  type Edit,
  insertStep,
  moveStep,
  removeStep,
  shiftAside,
  shiftStep,
} from "../../document/steps.ts";
import { change, to, usePlace } from "../address.ts";
import { call } from "../api.ts";
import { Ask } from "../parts/ask.tsx";
import { Trouble, Waiting } from "../parts/trouble.tsx";
import { Canvas } from "./canvas.tsx";
import { type Dropped, type DropPlace } from "./drag.ts";
import { located, useCheck } from "./check.ts";
import { Activate, Conflicted } from "./dialogs.tsx";
import { open, type Opened, useDraft } from "./draft.ts";
import {
  type CompletionSource,
  type Diagnostic,
  editor,
  EditorView,
  setDiagnostics,
  type Told,
} from "./editor.ts";
import { Inspector } from "./inspector.tsx";
import { Palette } from "./palette.tsx";
import { Strip } from "./strip.tsx";
import { traced, type TraceRow, WhatIf } from "./whatif.tsx";

export default function Builder({ name }: { name: string }) {
  const opened = useQuery({
    queryKey: ["builder", name],
    queryFn: () => open(name),
    staleTime: Infinity,
    gcTime: 0,
  });
  if (opened.isPending) return <Waiting />;
  if (!opened.data) return <Trouble error={opened.error} />;
  return <Bench name={name} opened={opened.data} />;
}

function Bench({ name, opened }: { name: string; opened: Opened }) {
  const place = usePlace();
  const queries = useQueryClient();
  const [text, setText] = useState<Text>(() => read(opened.kept ?? opened.base.text));
  const [active, setActive] = useState(opened.active);
  const [isActivating, setActivating] = useState(false);
  const [isLooking, setLooking] = useState(true);
  const selected = place.said.get("step");
  const select = useCallback((step: string | null) => change(place, { step: step ?? undefined }), [
    place,
  ]);

  const { checked, of, error, isBehind } = useCheck(text);
  const issues = useMemo(
    () => checked && text.content !== undefined ? located(text, checked.issues) : [],
    [checked, text],
  );
  const isMalformed = text.content === undefined || issues.some((each) => each.code === "PB009");
  const isRenamed = text.content !== undefined && text.content.name !== name;
  const draft = useDraft(name, opened, text, of === text && !isMalformed && !isRenamed);
  useEffect(() => setLooking(true), [draft.conflict]);

  // The last picture that there was stays while the text cannot be read.
  const picture = useRef(checked);
  if (
    checked && checked.nodes.length + checked.issues.length > 0 &&
    !checked.issues.some((each) => each.code === "PB009")
  ) picture.current = checked;
  if (checked && !isMalformed) picture.current = checked;

  const view = useRef<EditorView | null>(null);
  const latest = useRef(text);
  const chosen = useRef(selected);
  chosen.current = selected;
  const told = useRef<Told>(null!);
  told.current = {
    text: (now) => setText(latest.current = read(now)),
    cursor: (offset) => {
      const step = stepAt(latest.current, offset);
      if (step?.name && step.name !== selected && view.current?.hasFocus) select(step.name);
    },
    save: () => void draft.save(text, draft.base),
  };
  useEffect(() => {
    if (!view.current) return;
    const marks: Diagnostic[] = text.troubles.length
      ? text.troubles.map((each) => ({
        from: each.from,
        to: each.to,
        severity: "error",
        message: each.message,
      }))
      : issues.map((each) => ({
        from: each.range.from,
        to: each.range.to,
        severity: each.severity === "error" ? "error" : "warning",
        message: each.hint ? `${each.message}\n${each.hint}` : each.message,
      }));
    const most = view.current.state.doc.length;
    view.current.dispatch(setDiagnostics(
      view.current.state,
      marks.map((each) => ({
        ...each,
        from: Math.min(each.from, most),
        to: Math.min(each.to, most),
      })),
    ));
  }, [issues, text]);

  const [said, say] = useState(opened.kept === null ? "" : "What you had not saved is back.");
  /** Every edit is made of the text as it is now, so that none is lost between two pictures. */
  const edit = (make: (text: Text) => Edit) => {
    const now = view.current!;
    const made = make(latest.current);
    if (made.changes.length) {
      const { from } = made.changes.reduce((first, each) => each.from < first.from ? each : first);
      now.dispatch({
        changes: made.changes,
        effects: EditorView.scrollIntoView(from, { y: "center" }),
        userEvent: "edit",
      });
    }
    if (made.said) say(made.said);
    if (made.step !== selected) select(made.step);
  };
  const attempt = (make: (text: Text) => Edit) => {
    try {
      edit(make);
    } catch (error) {
      if (!(error instanceof CannotEdit)) throw error;
      say(error.message);
    }
  };
  const drop = (
    what: Dropped,
    where: DropPlace,
  ) =>
    attempt((now) =>
      "type" in what ? insertStep(now, what.type, where) : moveStep(now, what.step, where)
    );
  const source: CompletionSource = useCallback((context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const isDocument = context.view === view.current;
    const step = isDocument
      ? stepAt(latest.current, context.pos)
      : stepsOf(latest.current).find((each) => each.name === chosen.current);
    const found = complete(latest.current, step, before);
    return found &&
      {
        from: context.pos - found.back,
        options: found.options.map(({ label, insert, detail }) => ({
          label,
          detail,
          apply: insert ?? label,
        })),
        filter: false,
      };
  }, []);

  const go = useCallback((from: number, to: number, step: string | null, focus = true) => {
    if (step) select(step);
    view.current?.dispatch({
      selection: { anchor: from, head: to },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    if (focus) view.current?.focus();
  }, [select]);
  const choose = (step: string) => {
    const found = stepsOf(text).find((each) => each.name === step);
    if (found) {
      const { from } = rangeOf(text, [...found.path, "name"]);
      go(from, from, step, false);
    } else select(step);
  };

  const activation = useMutation({
    mutationFn: async () => {
      const saved = draft.isChanged || draft.base.version === null
        ? await draft.save(text, draft.base)
        : draft.base;
      if (!saved?.version) throw draft.state.error ?? new Error("The draft could not be saved.");
      await call(
        "POST",
        `/playbooks/${encodeURIComponent(name)}/versions/${saved.version}:activate`,
      );
      return saved;
    },
    onSuccess: (saved) => {
      setActive({ version: saved.version!, text: saved.text });
      draft.setBase({ hash: null, version: null, text: saved.text });
      setActivating(false);
      void queries.invalidateQueries({ queryKey: ["playbook", name] });
      void queries.invalidateQueries({ queryKey: ["playbooks"] });
    },
  });
  const discard = useMutation({
    mutationFn: () =>
      call("DELETE", `/playbooks/${encodeURIComponent(name)}/versions/${draft.base.version}`),
    onSuccess: () => {
      draft.setBase({ hash: null, version: null, text: latest.current.text });
      void queries.invalidateQueries({ queryKey: ["playbook", name] });
      void queries.invalidateQueries({ queryKey: ["playbooks"] });
      location.hash = to(`playbooks/${encodeURIComponent(name)}`);
    },
  });
  const [isDiscarding, setDiscarding] = useState(false);
  const replace = (now: string) =>
    view.current?.dispatch({
      changes: { from: 0, to: view.current.state.doc.length, insert: now },
    });

  const [trace, setTrace] = useState<TraceRow[] | null>(null);
  const traces = useMemo(() => trace && traced(trace), [trace]);
  const isAsking = place.said.get("panel") === "what-if";
  // What would happen was said of another text.
  useEffect(() => setTrace(null), [text.text]);
  const step = stepsOf(text).find((each) => each.name === selected);
  return (
    <div className="builder">
      <div className="row head">
        <h1 dir="auto">
          <a href={to(`playbooks/${encodeURIComponent(name)}`)}>{name}</a>
        </h1>
        <span role="status" className="dim">
          <Saved draft={draft} isMalformed={isMalformed} isRenamed={isRenamed} from={opened.from} />
        </span>
        {draft.conflict && (
          <button type="button" onClick={() => setLooking(true)}>Look at both…</button>
        )}
        <span className="said" role="status">{said}</span>
        <span className="grow" />
        <button
          type="button"
          aria-pressed={isAsking}
          disabled={text.content === undefined && !isAsking}
          onClick={() => {
            setTrace(null);
            change(place, { panel: isAsking ? undefined : "what-if" });
          }}
        >
          What if…
        </button>
        {draft.base.version !== null && (
          <button
            type="button"
            disabled={discard.isPending}
            onClick={() => setDiscarding(true)}
          >
            Discard draft…
          </button>
        )}
        <button
          type="button"
          disabled={!draft.isChanged || isMalformed || isRenamed}
          onClick={() => void draft.save(text, draft.base)}
        >
          Save draft
        </button>
        <button
          type="button"
          className="main"
          disabled={isMalformed || isRenamed || text.text === active?.text}
          onClick={() => setActivating(true)}
        >
          Activate…
        </button>
      </div>
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
        {picture.current
          ? (
            <Canvas
              checked={picture.current}
              issues={issues}
              selected={selected}
              traces={traces}
              select={choose}
              open={() => document.getElementById("inspect-name")?.focus()}
              remove={(name) => attempt((now) => removeStep(now, name))}
              move={(name, by, isAside) =>
                attempt((now) => (isAside ? shiftAside : shiftStep)(now, name, by))}
              drop={drop}
            />
          )
          : (
            <div className="drawing">
              <div className="canvas" />
            </div>
          )}
        <Document
          text={opened.kept ?? opened.base.text}
          view={view}
          told={told}
          complete={source}
        />
        {isAsking
          ? (
            <WhatIf
              name={name}
              text={text}
              selected={selected}
              select={choose}
              rows={trace}
              show={setTrace}
              close={() => {
                setTrace(null);
                change(place, { panel: undefined });
              }}
            />
          )
          : <Inspector text={text} step={step} issues={issues} edit={edit} complete={source} />}
      </div>
      <Strip
        troubles={text.troubles}
        issues={issues}
        isBehind={isBehind}
        error={error}
        line={(offset) => text.text.slice(0, offset).split("\n").length}
        go={go}
      />
      {isDiscarding && (
        <Ask
          title={`Discard the draft of ${name}`}
          action="Discard it"
          done={() => discard.mutate()}
          close={() => setDiscarding(false)}
        >
          <p>
            Draft v{draft.base.version}{" "}
            is deleted{active ? `; v${active.version} stays active` : ""}.
          </p>
        </Ask>
      )}
      {isActivating && (
        <Activate
          name={name}
          version={draft.base.version}
          active={active}
          text={text.text}
          issues={issues}
          isBusy={activation.isPending || isBehind}
          error={activation.error}
          activate={() => activation.mutate()}
          close={() => setActivating(false)}
        />
      )}
      {draft.conflict && isLooking && (
        <Conflicted
          conflict={draft.conflict}
          base={draft.base.text}
          mine={text.text}
          close={() => setLooking(false)}
          keep={() =>
            void draft.save(text, { ...draft.base, hash: draft.conflict?.theirs?.hash ?? null })}
          take={() => {
            const { theirs, text: now } = draft.conflict!;
            draft.setBase({ hash: theirs!.hash, version: theirs!.version, text: now });
            draft.setConflict(null);
            replace(now);
          }}
          both={(now) => {
            const { theirs, text: base } = draft.conflict!;
            draft.setBase({ hash: theirs!.hash, version: theirs!.version, text: base });
            draft.setConflict(null);
            replace(now);
          }}
        />
      )}
    </div>
  );
}

function Saved(
  props: {
    draft: ReturnType<typeof useDraft>;
    isMalformed: boolean;
    isRenamed: boolean;
    from: number | null;
  },
) {
  const { base, state, isChanged, conflict } = props.draft;
  if (conflict) return <span className="pill bad">not saved: somebody else changed the draft</span>;
  if (isChanged && (props.isMalformed || props.isRenamed)) {
    return <span className="pill wait">not saved while it is malformed</span>;
  }
  if (state.kind === "saving") return <>saving…</>;
  if (isChanged) return <>not saved yet</>;
  if (base.version !== null) return <>draft v{base.version}, saved</>;
  return <>{props.from !== null ? `as v${props.from} is, nothing changed` : "new"}</>;
}

function Document(
  props: {
    text: string;
    view: { current: EditorView | null };
    told: { current: Told };
    complete: CompletionSource;
  },
) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const made = editor(box.current!, props.text, () => props.told.current, props.complete);
    props.view.current = made;
    return () => {
      made.destroy();
      props.view.current = null;
    };
    // The editor holds the text from here on.
  }, []);
  return <div className="document" ref={box} />;
}
