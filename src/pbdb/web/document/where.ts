// Where things are in a text: lines, columns, and where a node's own text ends.

import { isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLSeq } from "yaml";

import { CannotEdit } from "./change.ts";
import type { Text } from "./read.ts";

export const eolOf = (text: string) => /\r\n/.test(text) ? "\r\n" : "\n";
export const lineStart = (text: string, at: number) => text.lastIndexOf("\n", at - 1) + 1;
export const columnOf = (text: string, at: number) => at - lineStart(text, at);

/** Behind the end of the line that holds this offset; an offset behind a line's end is that end. */
export function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end + 1;
}

/** The column where the line's own content begins, a dash being one. */
export function indentOf(text: string, at: number): number {
  const line = text.slice(lineStart(text, at));
  return /^(?:\s*-\s+)*\s*/.exec(line.slice(0, Math.max(0, line.indexOf("\n"))) || line)![0].length;
}

export function colonOf(pair: Pair<Node, Node | null>): number {
  const sep = (pair.srcToken as { sep?: { type: string; offset: number }[] } | undefined)?.sep;
  const colon = sep?.find((each) => each.type === "map-value-ind");
  if (!colon) throw new CannotEdit("This key is edited in the text.");
  return colon.offset + 1;
}

export function endOfPair(text: Text, pair: Pair<Node, Node | null>): number {
  const value = pair.value;
  return value?.range && !(isEmpty(value) && value.range[0] === value.range[1])
    ? endOf(text, value)
    : colonOf(pair);
}

/** Where a node's own text ends: not the comments and empty lines that YAML counts to it. */
export function endOf(text: Text, node: Node): number {
  if (isMap(node) && !node.flow && node.items.length) {
    return endOfPair(text, node.items.at(-1) as Pair<Node, Node | null>);
  }
  if (isSeq(node) && !node.flow && node.items.length) {
    const last = node.items.at(-1) as Node | null;
    return last?.range && !(isEmpty(last) && last.range[0] === last.range[1])
      ? endOf(text, last)
      : dashOf(node, node.items.length - 1) + 1;
  }
  const end = node.range![1];
  if (isScalar(node) && (node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL)) {
    const said = text.text.slice(node.range![0], end);
    const isKept = /^[|>][^\n]*\+/.test(said);
    return isKept ? end : node.range![0] + said.replace(/\s+$/, "").length;
  }
  return end;
}

export function isInFlow(text: Text, node: Node): boolean {
  // Whether a bracket is open where the node stands.
  let inside = false;
  const look = (here: unknown): boolean => {
    if (here === node) return true;
    if (isMap(here)) {
      for (const { key, value } of here.items) {
        if (here === node || look(key) || look(value)) {
          inside ||= here.flow === true;
          return true;
        }
      }
    } else if (isSeq(here)) {
      for (const item of here.items) {
        if (look(item)) {
          inside ||= here.flow === true;
          return true;
        }
      }
    }
    return false;
  };
  look(text.yaml.contents);
  return inside;
}

export const isEmpty = (node: Node) => isScalar(node) && node.value === null;

/** Where the dash of an item is. */
export function dashOf(list: YAMLSeq, at: number): number {
  const tokens =
    (list.srcToken as unknown as { items: { start: { type: string; offset: number }[] }[] }).items
      .flatMap((each) => each.start.filter((token) => token.type === "seq-item-ind"));
  const dash = tokens[at];
  if (!dash) throw new CannotEdit("This list is edited in the text.");
  return dash.offset;
}
