// One field of the inspector. What is typed becomes a change of the text when one leaves it.

import { useEffect, useRef, useState } from "react";

import { CannotEdit } from "../../document/change.ts";
import { NotYaml } from "../../document/fragment.ts";
import { type CompletionSource, line } from "./editor.ts";
import type { Field } from "./fields.ts";

interface InputProps {
  label: string;
  help: string;
  kind: Field["kind"];
  value: unknown;
  choices?: string[];
  fallback?: string;
  wrong?: string[];
  first?: boolean;
  isNew?: boolean;
  isNeeded?: boolean;
  complete?: CompletionSource;
  save: (value: unknown) => void;
  remove?: () => void;
}

export function Input(props: InputProps) {
  const { label, kind, value } = props;
  const id = `inspect-${label}`;
  const [failed, setFailed] = useState<string | null>(null);
  const shown = value === undefined || value === null ? "" : String(value);
  const commit = (said: string) => {
    if (said === shown) return setFailed(null);
    try {
      props.save(
        said === "" && kind !== "text"
          ? undefined
          : kind === "number"
          ? Number(said)
          : kind === "boolean"
          ? said === "true"
          : said,
      );
      setFailed(null);
    } catch (error) {
      if (!(error instanceof CannotEdit) && !(error instanceof NotYaml)) throw error;
      setFailed(error.message);
    }
  };
  const wrong = failed ?? props.wrong?.[0];
  const described = `${id}-help`;
  return (
    <div className="field">
      <div className="row">
        <label htmlFor={id} className="grow" id={`${id}-label`}>{label}</label>
        {props.remove && (
          <button
            type="button"
            className="quiet"
            aria-label={`Remove ${label}`}
            onClick={props.remove}
          >
            ✕
          </button>
        )}
      </div>
      {kind === "choice" || kind === "boolean"
        ? (
          <select
            id={id}
            value={shown}
            aria-describedby={described}
            aria-invalid={!!wrong}
            autoFocus={props.isNew}
            onChange={(event) => commit(event.target.value)}
          >
            {!props.isNeeded && (
              <option value="">{props.fallback ? `– (${props.fallback})` : "–"}</option>
            )}
            {[
              ...new Set([
                ...(kind === "boolean" ? ["true", "false"] : props.choices ?? []),
                ...(shown ? [shown] : []),
              ]),
            ].map((each) => <option key={each} value={each}>{each}</option>)}
          </select>
        )
        : kind === "number" || !props.complete
        ? (
          <Plain
            id={id}
            type={kind === "number" ? "number" : "text"}
            value={shown}
            described={described}
            wrong={!!wrong}
            isNew={props.isNew ?? false}
            commit={commit}
          />
        )
        : (
          <Written
            id={id}
            label={label}
            value={shown}
            described={described}
            isNew={props.isNew ?? false}
            complete={props.complete}
            commit={commit}
          />
        )}
      <p id={described} className={wrong ? "wrong" : "dim"}>{wrong ?? props.help}</p>
    </div>
  );
}

function Plain(
  props: {
    id: string;
    type: string;
    value: string;
    described: string;
    wrong: boolean;
    isNew: boolean;
    commit: (said: string) => void;
  },
) {
  const [said, say] = useState(props.value);
  useEffect(() => say(props.value), [props.value]);
  return (
    <input
      id={props.id}
      type={props.type}
      value={said}
      dir="auto"
      aria-describedby={props.described}
      aria-invalid={props.wrong}
      autoFocus={props.isNew}
      onChange={(event) => say(event.target.value)}
      onBlur={() => props.commit(said)}
      onKeyDown={(event) => {
        if (event.key === "Enter") props.commit(said);
        if (event.key === "Escape") say(props.value);
      }}
    />
  );
}

/** A value as it is written, with what expressions may say offered while one types. */
function Written(
  props: {
    id: string;
    label: string;
    value: string;
    described: string;
    isNew: boolean;
    complete: CompletionSource;
    commit: (said: string) => void;
  },
) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const field = useRef<ReturnType<typeof line> | null>(null);
  useEffect(() => {
    field.current = line(box.current!, {
      text: props.value,
      label: props.label,
      id: props.id,
      described: props.described,
      complete: (context) => latest.current.complete(context),
      commit: (said) => latest.current.commit(said),
    });
    if (props.isNew) field.current.focus();
    return () => field.current?.destroy();
  }, []);
  useEffect(() => {
    const view = field.current;
    if (view && view.state.sliceDoc() !== props.value) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: props.value } });
    }
  }, [props.value]);
  return <div className="written" ref={box} />;
}
