import { type Draft, draftOf, fieldsOf, kindOf, type Schema, type Wrong } from "./schema.ts";
import { at } from "./schema.ts";

export interface FieldProps {
  /** Of the form: ids of inputs are this and their place. */
  id: string;
  path: string;
  name: string;
  schema: Schema;
  draft: Draft;
  set: (draft: Draft) => void;
  isNeeded: boolean;
  wrong: Wrong;
  depth: number;
}

export function Field(props: FieldProps) {
  const kind = kindOf(props.schema, props.depth);
  if (kind === "object" && typeof props.draft === "object" && !Array.isArray(props.draft)) {
    return <Fields {...props} draft={props.draft} />;
  }
  if (kind === "list" && Array.isArray(props.draft)) {
    return <Items {...props} draft={props.draft} />;
  }
  return <Single {...props} text={typeof props.draft === "string" ? props.draft : ""} />;
}

type Of<D> = Omit<FieldProps, "draft"> & { draft: D };

function Fields(props: Of<{ [name: string]: Draft }>) {
  const { schema, draft, path, depth } = props;
  const all = fieldsOf(schema).map(([name, each, isNeeded]) => (
    <Field
      key={name}
      {...props}
      name={name}
      path={at(path, name)}
      schema={each}
      draft={draft[name] ?? ""}
      set={(next) => props.set({ ...draft, [name]: next })}
      isNeeded={isNeeded}
      depth={depth + 1}
    />
  ));
  if (depth === 0) {
    return (
      <>
        {all}
        <Said {...props} />
      </>
    );
  }
  return (
    <fieldset className="group">
      <legend>
        <Label {...props} />
      </legend>
      {all}
      <Said {...props} />
    </fieldset>
  );
}

function Items(props: Of<Draft[]>) {
  const { schema, draft, path, depth, set } = props;
  const item = schema.items!;
  const word = item.title ?? schema.title ?? (props.name || "item");
  return (
    <fieldset className="group" id={props.id + path} tabIndex={-1}>
      <legend>
        <Label {...props} />
      </legend>
      {draft.map((each, place) => (
        <div key={place} className="item">
          <Field
            {...props}
            name={`${word} ${place + 1}`}
            path={at(path, place)}
            schema={item}
            draft={each}
            set={(next) => set(draft.map((old, index) => index === place ? next : old))}
            isNeeded
            depth={depth + 1}
          />
          <button
            type="button"
            className="quiet"
            aria-label={`Remove ${word} ${place + 1}`}
            onClick={() => set(draft.filter((_, index) => index !== place))}
          >
            ✕
          </button>
        </div>
      ))}
      <p>
        <button type="button" onClick={() => set([...draft, draftOf(item, undefined, depth + 1)])}>
          Add {word}
        </button>
      </p>
      <Said {...props} />
    </fieldset>
  );
}

function Label({ schema, name, isNeeded }: Of<unknown>) {
  return (
    <>
      <bdi>{schema.title ?? (name || "Answer")}</bdi>{" "}
      {isNeeded && name !== "" && <span className="dim needed">needed</span>}
    </>
  );
}

/** What the field is for, and what is wrong with it. */
function Said({ id, path, schema, name, wrong, depth }: Of<unknown>) {
  const said = wrong.get(path);
  const help = depth === 0 && kindOf(schema) === "object" ? undefined : schema.description;
  if (!said && !help) return null;
  return (
    <p id={`${id}${path}-help`} className={said ? "wrong" : "dim"} dir="auto">
      {said && `${schema.title ?? (name || "It")}: ${said}. `}
      {help}
    </p>
  );
}

const LONG = 200;

function Single(props: FieldProps & { text: string }) {
  const { schema, text, set, path, depth } = props;
  const kind = kindOf(schema, depth);
  const place = props.id + path;
  const isTold = props.wrong.has(path) || schema.description !== undefined;
  const common = {
    id: place,
    "aria-invalid": props.wrong.has(path),
    "aria-describedby": isTold ? `${place}-help` : undefined,
  };
  const choices = kind === "boolean" ? [true, false] : kind === "choice" ? schema.enum! : null;
  if (choices && choices.length <= 5) {
    return (
      <fieldset className="field" aria-describedby={common["aria-describedby"]}>
        <legend>
          <Label {...props} />
        </legend>
        {choices.map((each, index) => {
          const said = JSON.stringify(each);
          return (
            <label key={said} className="choice">
              <input
                type="radio"
                name={place}
                id={index === 0 ? place : undefined}
                checked={text === said}
                onChange={() => set(said)}
              />
              <bdi>{each === true ? "Yes" : each === false ? "No" : String(each)}</bdi>
            </label>
          );
        })}
        <Said {...props} />
      </fieldset>
    );
  }
  return (
    <div className="field">
      <label htmlFor={place}>
        <Label {...props} />
      </label>
      {choices
        ? (
          <select {...common} value={text} onChange={(event) => set(event.target.value)}>
            <option value="">–</option>
            {choices.map((each) => (
              <option key={String(each)} value={JSON.stringify(each)}>{String(each)}</option>
            ))}
          </select>
        )
        : kind === "number"
        ? (
          <input
            {...common}
            type="number"
            step={schema.type === "integer" ? 1 : "any"}
            min={schema.minimum}
            max={schema.maximum}
            value={text}
            onChange={(event) => set(event.target.value)}
          />
        )
        : kind === "text" && (schema.maxLength ?? 0) <= LONG
        ? (
          <input
            {...common}
            type={INPUTS[schema.format ?? ""] ?? "text"}
            maxLength={schema.maxLength}
            dir="auto"
            value={text}
            onChange={(event) => set(event.target.value)}
          />
        )
        : (
          <textarea
            {...common}
            rows={kind === "text" ? 4 : 5}
            spellCheck={kind === "text"}
            placeholder={kind === "text" ? undefined : "JSON"}
            dir="auto"
            value={text}
            onChange={(event) => set(event.target.value)}
          />
        )}
      <Said {...props} />
    </div>
  );
}

const INPUTS: Record<string, string> = {
  date: "date",
  time: "time",
  "date-time": "datetime-local",
  email: "email",
};
