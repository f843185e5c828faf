import { useEffect, useRef, useState } from "react";

import { NotYaml } from "../../document/fragment.ts";
import { nodeAt, type Path, type Step, stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import {
  CannotEdit,
  type Change,
  set,
  setWritten,
  valueAt,
  writtenAt,
} from "../../document/splice.ts";
import { type Edit, renameStep, TYPES } from "../../document/steps.ts";
import type { Found } from "./check.ts";
import { type CompletionSource, line } from "./editor.ts";
import { configFields, type Field, PLAYBOOK_FIELDS, STEP_FIELDS, TYPE_HELP } from "./fields.ts";

interface Props {
  text: Text;
  step: Step | undefined;
  issues: Found[];
  /** Make an edit of the text as it is now; what it raises is shown at the field. */
  edit: (make: (text: Text) => Edit) => void;
  complete: CompletionSource;
}

/** The chosen step, or the playbook, as fields. Each change is one change of the text. */
export function Inspector(props: Props) {
  const { text, step } = props;
  if (text.content === undefined) {
    return <Empty>The text cannot be read as YAML. The strip below says where.</Empty>;
  }
  if (!step) {
    return (
      <section className="inspector" aria-label="Inspector">
        <h2>The playbook</h2>
        <p className="dim">Choose a step on the canvas or in the text to see what it says.</p>
        <Fields {...props} base={[]} fields={PLAYBOOK_FIELDS} title="Of the playbook" />
      </section>
    );
  }
  const key = step.path.join("\n");
  return (
    <section className="inspector" aria-label="Inspector" key={`${key}\n${step.name}`}>
      <h2 dir="auto">{step.name}</h2>
      <Input
        label="name"
        help="Links and expressions that name it follow."
        kind="text"
        value={step.name}
        first
        save={(said) => props.edit((now) => renameStep(now, step.name, String(said)))}
      />
      <Input
        label="type"
        help={TYPE_HELP.get(step.type) ?? ""}
        kind="choice"
        choices={TYPES}
        isNeeded
        value={step.type}
        save={(said) => props.edit((now) => one(set(now, [...step.path, "type"], said), step.name))}
      />
      <Fields
        {...props}
        base={[...step.path, "config"]}
        fields={configFields(step.type)}
        title="Config"
      />
      <Fields
        {...props}
        base={step.path}
        fields={STEP_FIELDS}
        title="Step"
        siblings={siblings(text, step)}
      />
    </section>
  );
}

const one = (changes: Change[], step: string | null): Edit => ({ changes, step, said: "" });
const siblings = (text: Text, step: Step) =>
  stepsOf(text).filter((each) =>
    each.list.join("\n") === step.list.join("\n") && each.name !== step.name
  ).map((each) => each.name);

function Empty({ children }: { children: string }) {
  return (
    <section className="inspector" aria-label="Inspector">
      <p className="dim">{children}</p>
    </section>
  );
}

function Fields(
  props: Props & { base: Path; fields: Field[]; title: string; siblings?: string[] },
) {
  const { text, base, step } = props;
  const [opened, setOpened] = useState<string[]>([]);
  const there = props.fields.filter((each) =>
    nodeAt(text, [...base, each.key]) !== undefined || opened.includes(each.key)
  );
  const absent = props.fields.filter((each) => !there.includes(each));
  return (
    <fieldset>
      <legend>{props.title}</legend>
      {there.map((field) => {
        const path = [...base, field.key];
        const value = valueAt(text.content, path);
        const wrong = props.issues.filter((each) => path.every((key, at) => each.path[at] === key));
        const isLink = field.key === "on_success" || field.key === "on_failure";
        const fits = value === undefined || value === null || (field.kind === "text"
          ? typeof value === "string"
          : field.kind === "number"
          ? typeof value === "number"
          : field.kind === "boolean"
          ? typeof value === "boolean"
          : field.kind === "choice"
          ? field.choices.includes(String(value))
          : true);
        const kind = isLink ? "choice" : fits ? field.kind : "value";
        return (
          <Input
            key={field.key}
            label={field.key}
            help={field.help}
            kind={kind}
            fallback={field.fallback}
            choices={isLink ? props.siblings ?? [] : field.choices}
            isNew={opened.includes(field.key)}
            value={kind === "value" ? writtenAt(text, path) : value}
            wrong={wrong.map((each) => each.message)}
            complete={props.complete}
            save={(said) =>
              props.edit((now) =>
                one(
                  kind === "value" && said !== undefined
                    ? setWritten(now, path, String(said))
                    : set(now, path, said),
                  step?.name ?? null,
                )
              )}
            remove={() => {
              setOpened(opened.filter((each) =>
                each !== field.key
              ));
              if (nodeAt(text, path) !== undefined || value !== undefined) {
                props.edit((now) => one(set(now, path, undefined), step?.name ?? null));
              }
            }}
          />
        );
      })}
      {absent.length > 0 && (
        <select
          aria-label={`Add to ${props.title.toLowerCase()}`}
          value=""
          onChange={(event) => setOpened([...opened, event.target.value])}
        >
          <option value="">Add…</option>
          {absent.map((each) => (
            <option key={each.key} value={each.key} title={each.help}>{each.key}</option>
          ))}
        </select>
      )}
    </fieldset>
  );
}

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

function Input(props: InputProps) {
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
