// A form drawn from a JSON Schema. It checks the shape only: the database has the last word.

import { useState } from "react";

/** What of JSON Schema a form can draw. */
export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  format?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  required?: string[];
}

interface Props {
  schema: Schema | null | undefined;
  action: string;
  busy: boolean;
  send: (value: unknown) => void;
}

const kind = (schema: Schema) => {
  const types = Array.isArray(schema.type)
    ? schema.type.filter((t) => t !== "null")
    : [schema.type];
  return schema.enum ? "enum" : (types.length === 1 ? types[0] : undefined) ?? "json";
};

export function SchemaForm({ schema, action, busy, send }: Props) {
  // jsonb keeps no order of keys: what is needed comes first.
  const first = (name: string) => (schema?.required ?? []).includes(name) ? 0 : 1;
  const fields = schema?.properties &&
    Object.entries(schema.properties).sort(([a], [b]) => first(a) - first(b));
  const whole = schema && !fields && kind(schema) !== "object"
    ? schema
    : { title: "Answer as JSON" };
  const drawn: [string, Schema][] = fields?.length ? fields : [["", whole]];
  const [texts, setTexts] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      drawn.flatMap(([name, each]) =>
        each.default === undefined ? [] : [[
          name,
          typeof each.default === "string" ? each.default : JSON.stringify(each.default),
        ]]
      ),
    )
  );
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const required = (name: string) => name === "" || (schema?.required ?? []).includes(name);

  const submit = () => {
    const value: Record<string, unknown> = {};
    const found: Record<string, string> = {};
    for (const [name, each] of drawn) {
      const text = texts[name] ?? "";
      if (text === "") {
        if (required(name)) found[name] = "is needed";
        continue;
      }
      try {
        value[name] = kind(each) === "string" ? text : JSON.parse(text);
      } catch {
        found[name] = "is not JSON";
      }
    }
    setWrong(found);
    const place = Object.keys(found)[0];
    if (place !== undefined) document.getElementById(`field-${place}`)?.focus();
    else send(fields?.length ? value : value[""]);
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
      {drawn.map(([name, each], place) => (
        <Field
          key={name}
          name={name}
          schema={each}
          text={texts[name] ?? ""}
          set={(text) => setTexts({ ...texts, [name]: text })}
          isRequired={required(name)}
          wrong={wrong[name]}
          first={place === 0}
        />
      ))}
      <button type="submit" className="main" disabled={busy}>{busy ? "Sending…" : action}</button>
    </form>
  );
}

function Field(props: {
  name: string;
  schema: Schema;
  text: string;
  set: (text: string) => void;
  isRequired: boolean;
  wrong: string | undefined;
  first: boolean;
}) {
  const { name, schema, text, set } = props;
  const id = `field-${name}`;
  const label = schema.title ?? (name || "Answer");
  const type = kind(schema);
  const common = {
    id,
    value: text,
    "aria-invalid": !!props.wrong,
    "aria-describedby": schema.description || props.wrong ? `${id}-help` : undefined,
  };
  const choices = type === "boolean" ? [true, false] : type === "enum" ? schema.enum! : null;
  return (
    <div className="field">
      {choices && choices.length <= 5
        ? (
          <fieldset aria-describedby={common["aria-describedby"]}>
            <legend>
              {label} {props.isRequired && <span className="dim needed">needed</span>}
            </legend>
            {choices.map((each, place) => {
              const said = JSON.stringify(each);
              return (
                <label key={said} className="choice">
                  <input
                    type="radio"
                    name={id}
                    id={place === 0 ? id : undefined}
                    checked={text === said}
                    onChange={() => set(said)}
                  />
                  {typeof each === "boolean" ? (each ? "Yes" : "No") : String(each)}
                </label>
              );
            })}
          </fieldset>
        )
        : (
          <>
            <label htmlFor={id}>
              {label} {props.isRequired && <span className="dim needed">needed</span>}
            </label>
            {choices
              ? (
                <select {...common} onChange={(event) => set(event.target.value)}>
                  <option value="">–</option>
                  {choices.map((each) => (
                    <option key={String(each)} value={JSON.stringify(each)}>{String(each)}</option>
                  ))}
                </select>
              )
              : type === "number" || type === "integer"
              ? (
                <input
                  {...common}
                  type="number"
                  step={type === "integer" ? 1 : "any"}
                  onChange={(event) => set(event.target.value)}
                />
              )
              : type === "string"
              ? (
                <input
                  {...common}
                  type={schema.format === "date" ? "date" : "text"}
                  dir="auto"
                  onChange={(event) => set(event.target.value)}
                />
              )
              : (
                <textarea
                  {...common}
                  rows={3}
                  spellCheck={false}
                  placeholder="JSON"
                  onChange={(event) => set(event.target.value)}
                />
              )}
          </>
        )}
      {(schema.description || props.wrong) && (
        <p id={`${id}-help`} className={props.wrong ? "wrong" : "dim"}>
          {props.wrong ? `${label} ${props.wrong}. ` : ""}
          {schema.description}
        </p>
      )}
    </div>
  );
}
