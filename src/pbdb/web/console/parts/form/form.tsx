// A form drawn from a JSON Schema. It checks the shape only: the database has the last word.

import "./form.css";

import type { Place } from "@pbdb/client";
import { useId, useMemo, useState } from "react";

import { Field } from "./field.tsx";
import { type Draft, draftOf, kindOf, type Schema, valueOf, type Wrong } from "./schema.ts";

export type { Schema };

interface Props {
  schema: Schema | null | undefined;
  action: string;
  busy: boolean;
  /** What the form begins with, instead of the defaults. */
  value?: unknown;
  /** What the database said of which place. */
  errors?: Place[] | undefined;
  send: (value: unknown) => void;
}

export function SchemaForm({ schema, action, busy, value, errors, send }: Props) {
  const drawn: Schema = useMemo(
    () => schema && kindOf(schema) !== "json" ? schema : { title: whole(schema), ...schema },
    [schema],
  );
  const id = useId();
  const [draft, setDraft] = useState<Draft>(() => draftOf(drawn, value));
  const [wrong, setWrong] = useState<Wrong>(new Map());
  const said = useMemo(() => {
    const all: Wrong = new Map();
    for (const each of errors ?? []) {
      if (each.message) all.set(each.path ?? "", each.message);
    }
    for (const [place, word] of wrong) all.set(place, word);
    return all;
  }, [errors, wrong]);
  const submit = () => {
    const found: Wrong = new Map();
    const made = valueOf(drawn, draft, true, found);
    setWrong(found);
    const [place] = found.keys();
    if (place === undefined) return send(made);
    document.getElementById(`${id}${place}`)?.focus();
  };
  return (
    <form
      className="schema"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Field
        id={id}
        path=""
        name=""
        schema={drawn}
        draft={draft}
        set={setDraft}
        isNeeded
        wrong={said}
        depth={0}
      />
      <button type="submit" className="main" disabled={busy}>{busy ? "Sending…" : action}</button>
    </form>
  );
}

const whole = (schema: Schema | null | undefined) => schema?.title ?? "Answer as JSON";
