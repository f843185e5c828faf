// The text on the bench: what the editor holds, and every way to change it. The text is the truth:
// whatever is done on the canvas or in the inspector is a change of the text, undone as one.

import { useCallback, useEffect, useRef, useState } from "react";

import { complete } from "../../document/complete.ts";
import { rangeOf, stepAt, stepsOf } from "../../document/place.ts";
import { read, type Text } from "../../document/read.ts";
import { CannotEdit } from "../../document/change.ts";
import type { Edit } from "../../document/links.ts";
import type { Found } from "./check.ts";
import {
  type CompletionSource,
  type Diagnostic,
  EditorView,
  setDiagnostics,
  type Told,
} from "./editor.ts";

export interface Bench {
  text: Text;
  /** The editor, once it is there. */
  view: { current: EditorView | null };
  /** What the editor tells. */
  told: { current: Told };
  complete: CompletionSource;
  /** What was done last, in words. */
  said: string;
  /** The text as it is now, also between two pictures. */
  now: () => Text;
  edit: (make: (text: Text) => Edit) => void;
  /** The same; what cannot be edited is said. */
  attempt: (make: (text: Text) => Edit) => void;
  go: (from: number, to: number, step: string | null, focus?: boolean) => void;
  /** Show a step in the text, without leaving where one is. */
  choose: (step: string) => void;
  replace: (text: string) => void;
}

export function useBench(given: {
  first: string;
  said: string;
  selected: string | null;
  select: (step: string | null) => void;
  save: (text: Text) => void;
}): Bench {
  const { selected, select } = given;
  const [text, setText] = useState<Text>(() => read(given.first));
  const [said, say] = useState(given.said);
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
    save: () => given.save(latest.current),
  };
  const edit: Bench["edit"] = (make) => {
    const made = make(latest.current);
    if (made.changes.length) {
      const { from } = made.changes.reduce((first, each) => each.from < first.from ? each : first);
      view.current!.dispatch({
        changes: made.changes,
        effects: EditorView.scrollIntoView(from, { y: "center" }),
        userEvent: "edit",
      });
    }
    if (made.said) say(made.said);
    if (made.step !== selected) select(made.step);
  };
  const attempt: Bench["attempt"] = (make) => {
    try {
      edit(make);
    } catch (error) {
      if (!(error instanceof CannotEdit)) throw error;
      say(error.message);
    }
  };
  const go: Bench["go"] = useCallback((from, to, step, focus = true) => {
    if (step) select(step);
    view.current?.dispatch({
      selection: { anchor: from, head: to },
      effects: EditorView.scrollIntoView(from, { y: "center" }),
    });
    if (focus) view.current?.focus();
  }, [select]);
  const choose = (step: string) => {
    const found = stepsOf(text).find((each) => each.name === step);
    if (!found) return select(step);
    const { from } = rangeOf(text, [...found.path, "name"]);
    go(from, from, step, false);
  };
  const completed: CompletionSource = useCallback((context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const step = context.view === view.current
      ? stepAt(latest.current, context.pos)
      : stepsOf(latest.current).find((each) => each.name === chosen.current);
    const found = complete(latest.current, step, before);
    if (!found) return null;
    const options = found.options.map(({ label, insert, detail }) => ({
      label,
      detail,
      apply: insert ?? label,
    }));
    return { from: context.pos - found.back, options, filter: false };
  }, []);
  const replace = (now: string) =>
    view.current?.dispatch({
      changes: { from: 0, to: view.current.state.doc.length, insert: now },
    });
  return {
    text,
    view,
    told,
    complete: completed,
    said,
    now: () => latest.current,
    edit,
    attempt,
    go,
    choose,
    replace,
  };
}

/** What is wrong stands in the text too. */
export function useMarks({ view, text }: Bench, issues: Found[]) {
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
  }, [issues, text, view]);
}
