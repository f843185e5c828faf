// Values as YAML text: as plain as they may be, in the style that was there before.

import { Document, isMap, isSeq, type Node, Scalar } from "yaml";

import { read } from "./read.ts";
import { same } from "./write.ts";

export interface Fragment {
  value: unknown;
  /** Whether it is a collection of lines, which begins below its key. */
  isBlock: boolean;
}

export class NotYaml extends Error {}

export const isBlock = (node: Node | null | undefined) =>
  (isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0;

/** What somebody wrote as a value; raises NotYaml. */
export function fragmentOf(written: string): Fragment {
  const text = read(`value:\n${indented(written, 2)}`);
  if (text.troubles.length || !text.content || Object.keys(text.content).length !== 1) {
    throw new NotYaml(text.troubles[0]?.message ?? "This is not a value.");
  }
  const node = isMap(text.yaml.contents) ? text.yaml.contents.items[0]!.value as Node | null : null;
  return { value: text.content["value"], isBlock: isBlock(node) || /^\s*#/.test(written) };
}

/** As it stands behind `key: ` (a scalar, a flow) or below it (`fragment` null: a value, as lines). */
export function rendered(fragment: Fragment | null, value: unknown, column: number): string {
  if (fragment) {
    const written = String(value);
    return fragment.isBlock
      ? `\n${indented(written, column + 2)}`
      : indented(written, column + 2).trimStart();
  }
  return new Document(value, { version: "1.2", aliasDuplicateObjects: false }).toString({
    lineWidth: 0,
  }).replace(/\n$/, "");
}

export function indented(text: string, column: number): string {
  const space = " ".repeat(column);
  return text.split("\n").map((each) => each.trim() === "" ? each.trim() : space + each).join("\n");
}

/** On one line: JSON, or less where that reads back as the same. */
export function inline(value: unknown, isInFlow = false): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return plain(value, isInFlow) ?? JSON.stringify(value);
}

function plain(value: string, isInFlow: boolean): string | null {
  if (value === "" || /[\n\r\t]|^\s|\s$|: |:$| #|^[-?:,[\]{}#&*!|>'"%@`=]|^---/.test(value)) {
    return null;
  }
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/.test(value)) return null;
  if (isInFlow && /[,[\]{}]|:/.test(value)) return null;
  return same(read(`value: ${value}`).content, { value }) ? value : null;
}

/** A scalar in the style of the one that it replaces; `indent`: of the lines of one that has lines. */
export function scalarLike(
  old: Scalar | null,
  text: string,
  value: unknown,
  indent: number,
): string {
  if (typeof value !== "string") return inline(value);
  if (
    // deno-lint-ignore no-control-regex
    /\n/.test(value) && !/[\r\t\x00-\x08\u2028\u2029]|^\s|^\n/.test(value) &&
    !/[^\S\n]+(\n|$)/.test(value)
  ) {
    const end = /\n\n$/.test(value) ? "+" : /\n$/.test(value) ? "" : "-";
    const lines = indented(value.replace(/\n$/, ""), blockIndent(old, text) ?? indent);
    return `|${end}\n${lines}`;
  }
  if (old?.type === Scalar.QUOTE_DOUBLE) return JSON.stringify(value);
  if (old?.type === Scalar.QUOTE_SINGLE && /^[\x20-\x7e\xa0-\uffff]*$/.test(value)) {
    return `'${value.replaceAll("'", "''")}'`;
  }
  return plain(value, false) ??
    (/["\\]/.test(value) && /^[\x20-\x7e]*$/.test(value)
      ? `'${value.replaceAll("'", "''")}'`
      : JSON.stringify(value));
}

function blockIndent(old: Scalar | null, text: string): number | null {
  if (!old?.range || (old.type !== Scalar.BLOCK_LITERAL && old.type !== Scalar.BLOCK_FOLDED)) {
    return null;
  }
  const first = /\n( *)\S/.exec(text.slice(old.range[0], old.range[1]));
  return first ? first[1]!.length : null;
}
