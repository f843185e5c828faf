// Names of columns: snake_case on the wire, the specification's camelCase in an app.
// Only what the database named is renamed: what is in a payload belongs to who wrote it.

import { type JsonObject, type Payload, ROWS } from "./types.ts";

/** `step_name` as `stepName`. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `stepName` as `step_name`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A row of the wire with the columns in camelCase and nulls left out: what has no value is
 * undefined. Values stay as they are, unless a column is made of rows itself.
 */
export function camelRow<T = JsonObject>(row: Payload): T {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return row as T;
  const found: JsonObject = {};
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    const isRows = Object.hasOwn(ROWS, name) && Array.isArray(value);
    found[camel(name)] = isRows ? value.map((each) => camelRow(each)) : value;
  }
  return found as T;
}

/** An object of arguments for the wire; what is undefined is left out. */
export function snakeKeys(values: object): JsonObject {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [snake(name), value]),
  );
}

/** Arguments as a query: lists repeat their key, objects are JSON. */
export function queryOf(values: object): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(snakeKeys(values))) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each === null) continue;
      said.append(name, typeof each === "object" ? JSON.stringify(each) : String(each));
    }
  }
  const text = said.toString();
  return text && `?${text}`;
}
