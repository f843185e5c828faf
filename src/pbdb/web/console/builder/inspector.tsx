import { useState } from "react";

import { type Change, valueAt } from "../../document/change.ts";
import type { Edit } from "../../document/links.ts";
import { nodeAt, type Path, type Step, stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import { renameStep } from "../../document/rename.ts";
import { set, setWritten, writtenAt } from "../../document/splice.ts";
import { TYPES } from "../../document/steps.ts";
import { Branches } from "./branches.tsx";
import type { Found } from "./check.ts";
import type { CompletionSource } from "./editor.ts";
import { configFields, type Field, PLAYBOOK_FIELDS, STEP_FIELDS, TYPE_HELP } from "./fields.ts";
import { Input } from "./input.tsx";

interface Props {
  text: Text;
  step: Step | undefined;
  issues: Found[];
  /** Make an edit of the text as it is now; what it raises is shown at the field. */
  edit: (make: (text: Text) => Edit) => void;
  /** The same; what it raises is said above. */
  attempt: (make: (text: Text) => Edit) => void;
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
      {step.type === "PARALLEL_EXECUTION" && (
        <Branches text={text} step={step} edit={props.edit} attempt={props.attempt} />
      )}
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
