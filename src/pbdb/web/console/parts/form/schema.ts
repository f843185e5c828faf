// What of JSON Schema a form can draw, and what was filled in as a value.

export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  format?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

export type Kind = "text" | "number" | "boolean" | "choice" | "list" | "object" | "json";

/** What was typed: text for a single value, parts for lists and objects. */
export type Draft = string | Draft[] | { [name: string]: Draft };

const DEEPEST = 3;

export function kindOf(schema: Schema, depth = 0): Kind {
  if (schema.enum) return "choice";
  const types = [schema.type].flat().filter((each) => each !== "null" && each !== undefined);
  if (types.length > 1 || depth > DEEPEST) return "json";
  if (types[0] === "string") return "text";
  if (types[0] === "number" || types[0] === "integer") return "number";
  if (types[0] === "boolean") return "boolean";
  if (types[0] === "array" && schema.items) return "list";
  const hasFields = schema.properties && Object.keys(schema.properties).length > 0;
  return hasFields && (types[0] === "object" || types.length === 0) ? "object" : "json";
}

/** The fields of an object. jsonb keeps no order of keys: what is needed comes first. */
export function fieldsOf(schema: Schema): [string, Schema, boolean][] {
  const isNeeded = (name: string) => (schema.required ?? []).includes(name);
  return Object.entries(schema.properties ?? {})
    .map(([name, each]): [string, Schema, boolean] => [name, each, isNeeded(name)])
    .sort(([, , a], [, , b]) => Number(b) - Number(a));
}

/** What a form begins with: the defaults, or a value that there is. */
export function draftOf(schema: Schema, value: unknown = schema.default, depth = 0): Draft {
  const kind = kindOf(schema, depth);
  if (kind === "object") {
    const given = (typeof value === "object" && value !== null ? value : {}) as {
      [name: string]: unknown;
    };
    return Object.fromEntries(
      fieldsOf(schema).map(([name, each]) => [name, draftOf(each, given[name], depth + 1)]),
    );
  }
  if (kind === "list") {
    return Array.isArray(value) ? value.map((each) => draftOf(schema.items!, each, depth + 1)) : [];
  }
  if (value === undefined || value === null) return "";
  return kind === "text" && typeof value === "string" ? value : JSON.stringify(value);
}

export type Wrong = Map<string, string>;

/** The value of a draft, undefined for what was left empty; what is no value is put into `wrong`. */
export function valueOf(
  schema: Schema,
  draft: Draft,
  isNeeded: boolean,
  wrong: Wrong,
  path = "",
  depth = 0,
): unknown {
  const kind = kindOf(schema, depth);
  if (kind === "list" && Array.isArray(draft)) {
    if (draft.length === 0 && !isNeeded) return undefined;
    return draft.map((each, at) =>
      valueOf(schema.items!, each, true, wrong, `${path}/${at}`, depth + 1) ?? null
    );
  }
  if (kind === "object" && typeof draft === "object" && !Array.isArray(draft)) {
    const found: Record<string, unknown> = {};
    const inner: Wrong = new Map();
    for (const [name, each, needed] of fieldsOf(schema)) {
      const value = valueOf(each, draft[name] ?? "", needed, inner, at(path, name), depth + 1);
      if (value !== undefined) found[name] = value;
    }
    // An object that nobody needs and nobody began is left out as a whole.
    if (!isNeeded && Object.keys(found).length === 0) return undefined;
    for (const [place, said] of inner) wrong.set(place, said);
    return found;
  }
  const text = typeof draft === "string" ? draft : "";
  if (text.trim() === "" && (kind !== "text" || isNeeded || text === "")) {
    if (isNeeded) wrong.set(path, "is needed");
    return undefined;
  }
  return single(kind, schema, text, path, wrong);
}

function single(kind: Kind, schema: Schema, text: string, path: string, wrong: Wrong): unknown {
  if (kind === "text") {
    return schema.format === "date-time" && !/(Z|[+-]\d\d:?\d\d)$/.test(text)
      ? new Date(text).toISOString()
      : text;
  }
  try {
    return JSON.parse(text);
  } catch {
    wrong.set(path, kind === "number" ? "is no number" : "is not JSON");
    return undefined;
  }
}

/** A place as JSON Pointer has it, as the database names it too. */
export function at(path: string, name: string | number): string {
  return `${path}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The one answer that is needed, where that is a yes or no. */
export function yesOrNo(schema: Schema | null | undefined): string | null {
  const needed = schema?.required ?? [];
  const [name] = needed;
  const only = name === undefined ? undefined : schema?.properties?.[name];
  return needed.length === 1 && only && kindOf(only) === "boolean" ? name! : null;
}
