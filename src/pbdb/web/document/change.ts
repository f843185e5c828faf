// Changes of a text that leave every byte alone that they are not about. Each change is read again
// and compared with what it should have made: a text that cannot be changed so is left as it is.

import type { Path } from "./place.ts";
import { read, type Text } from "./read.ts";
import { same } from "./write.ts";

export interface Change {
  from: number;
  to: number;
  insert: string;
}

export class CannotEdit extends Error {}

export function apply(text: string, changes: Change[]): string {
  let result = "";
  let at = 0;
  for (const each of [...changes].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (each.from < at) throw new CannotEdit("Two changes of the text touch each other.");
    result += text.slice(at, each.from) + each.insert;
    at = each.to;
  }
  return result + text.slice(at);
}

export type Content = Record<string, unknown>;

/** The changes, if they make of the text what `make` makes of its content. */
export function proven(text: Text, changes: Change[], make: (content: Content) => void): Change[] {
  if (!text.content) throw new CannotEdit("The text cannot be read as YAML: mend that first.");
  const wanted = structuredClone(text.content);
  make(wanted);
  if (!same(read(apply(text.text, changes)).content, wanted)) {
    throw new CannotEdit(
      "This place is written in a way that only its author can change: edit the text.",
    );
  }
  return changes;
}

export function valueAt(content: unknown, path: Path): unknown {
  let value = content as never;
  for (const key of path) {
    value = (value as Record<string | number, never> | undefined)?.[key] as never;
  }
  return value;
}

/** Change of a content what `set` changes in a text. */
export function put(content: Content, path: Path, value: unknown) {
  let inner = content as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    if (typeof inner[key] !== "object" || inner[key] === null) inner[key] = {};
    inner = inner[key] as Record<string | number, unknown>;
  }
  const last = path.at(-1)!;
  if (value === undefined) delete inner[last];
  else inner[last] = value;
}
