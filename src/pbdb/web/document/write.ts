// The text of a document that was never written as one, keys in the order that people write them.

import { Document, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";

import { read } from "./read.ts";

const PLAYBOOK = [
  "name",
  "version",
  "description",
  "category",
  "tags",
  "agent_id",
  "timeout_seconds",
  "max_retries",
  "retry_delay_seconds",
  "metadata",
  "input_schema",
  "output_schema",
  "output_mapping",
  "steps",
];
export const STEP = [
  "name",
  "type",
  "order",
  "description",
  "condition",
  "input_mapping",
  "config",
  "branches",
  "steps",
  "input_schema",
  "output_schema",
  "on_success",
  "on_failure",
  "is_final",
  "is_optional",
  "timeout_seconds",
  "max_retries",
  "retry_delay_seconds",
  "max_visits",
  "metadata",
];

export function write(document: Record<string, unknown>): string {
  const yaml = new Document(document, { version: "1.2", aliasDuplicateObjects: false });
  if (isMap(yaml.contents)) order(yaml.contents, PLAYBOOK);
  const text = yaml.toString({ lineWidth: 0 });
  // What YAML would say otherwise is said in JSON, which is YAML too.
  return same(read(text).content, document) ? text : JSON.stringify(document, null, 2) + "\n";
}

function order(map: YAMLMap, keys: string[]) {
  const rank = (key: unknown) => {
    const at = keys.indexOf(isScalar(key) ? String(key.value) : "");
    return at < 0 ? keys.length : at;
  };
  map.items.sort((a, b) => rank(a.key) - rank(b.key));
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? key.value : "";
    if (name === "steps") steps(value);
    if (name === "branches" && keys === STEP && isMap(value)) {
      for (const branch of value.items) steps(branch.value);
    }
  }
}

function steps(list: unknown) {
  if (isSeq(list)) { for (const each of list.items as Node[]) if (isMap(each)) order(each, STEP); }
}

/** Whether two values are the same JSON, whatever the order of their keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return left.length === right.length &&
    left.every(([key, value]) =>
      Object.hasOwn(b, key) && same(value, (b as Record<string, unknown>)[key])
    );
}
