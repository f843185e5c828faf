// Changes of a text that leave every byte alone that they are not about. Each change is read again
// and compared with what it should have made: a text that cannot be changed so is left as it is.

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";

import { nodeAt, pairIn, type Path, placeOf } from "./place.ts";
import { read, type Text } from "./read.ts";
import { same, STEP } from "./write.ts";
import { fragmentOf, indented, inline, isBlock, rendered, scalarLike } from "./fragment.ts";

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

type Content = Record<string, unknown>;

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

/** A value at a path, in place of what is there; undefined takes it away. */
export function set(text: Text, path: Path, value: unknown): Change[] {
  const changes = value === undefined ? without(text, path) : placed(text, path, value, null);
  return proven(text, changes, (content) => put(content, path, value));
}

/** As `set`, with the value as YAML as somebody wrote it: its comments and order stay. */
export function setWritten(text: Text, path: Path, written: string): Change[] {
  const fragment = fragmentOf(written);
  return proven(
    text,
    placed(text, path, fragment.value, written),
    (content) => put(content, path, fragment.value),
  );
}

/** A value as it is written in the text, without the indentation around it. */
export function writtenAt(text: Text, path: Path): string {
  const node = nodeAt(text, path);
  if (!node?.range) return "";
  const from = isBlock(node) ? lineStart(text.text, node.range[0]) : node.range[0];
  const lines = text.text.slice(from, endOf(text, node)).replace(/\s+$/, "").split(/\r?\n/);
  const indent = isBlock(node) ? columnOf(text.text, node.range[0]) : 0;
  return lines.map((each) => each.slice(0, indent).trim() === "" ? each.slice(indent) : each).join(
    "\n",
  );
}

function placed(text: Text, path: Path, value: unknown, written: string | null): Change[] {
  const node = nodeAt(text, path);
  const parent = nodeAt(text, path.slice(0, -1));
  const key = path.at(-1)!;
  if (isSeq(parent) && typeof key === "number" && node) {
    return [replaced(text, node, null, value, written)];
  }
  if (isMap(parent) && typeof key === "string") {
    const pair = pairIn(parent, key);
    return pair
      ? [replaced(text, pair.value, pair, value, written)]
      : [added(text, parent, key, value, written)];
  }
  if (typeof key !== "string" || (parent && !isEmpty(parent))) {
    throw new CannotEdit(`${placeOf(path)} has no place in this text.`);
  }
  // What it belongs into is missing too.
  return placed(
    text,
    path.slice(0, -1),
    { [key]: value },
    written === null ? null : `${inline(key)}: ${rendered(fragmentOf(written), written, 0)}`,
  );
}

const isEmpty = (node: Node) => isScalar(node) && node.value === null;

function replaced(
  text: Text,
  node: Node | null,
  pair: Pair<Node, Node | null> | null,
  value: unknown,
  written: string | null,
): Change {
  if (node && (isAlias(node) || (node as Scalar).anchor || node.tag)) {
    throw new CannotEdit("An alias or an anchor is edited in the text.");
  }
  const eol = eolOf(text.text);
  if (node?.range && isInFlow(text, node)) {
    return {
      from: node.range[0],
      to: node.range[1],
      insert: written !== null && !/\n/.test(written) ? written : inline(value, true),
    };
  }
  const end = node?.range ? endOf(text, node) : colonOf(pair!);
  if (
    node?.range && isScalar(node) && typeof value !== "object" && written === null && !isEmpty(node)
  ) {
    const indent = indentOf(text.text, node.range[0]) + 2;
    return {
      from: node.range[0],
      to: end,
      insert: scalarLike(node, text.text, value, indent).replaceAll("\n", eol),
    };
  }
  const fragment = written === null ? null : fragmentOf(written);
  const yaml = written ?? inline(value);
  const block = fragment
    ? fragment.isBlock
    : typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (block && node?.range && isBlock(node)) {
    const column = columnOf(text.text, node.range[0]);
    const from = lineStart(text.text, node.range[0]);
    if (text.text.slice(from, node.range[0]).trim() === "") {
      return {
        from,
        to: end,
        insert: indented(written ?? rendered(null, value, 0), column).replaceAll("\n", eol),
      };
    }
    return {
      from: node.range[0],
      to: end,
      insert: indented(written ?? rendered(null, value, 0), column).trimStart().replaceAll(
        "\n",
        eol,
      ),
    };
  }
  const start = pair ? colonOf(pair) : node!.range![0];
  const column = pair ? columnOf(text.text, pair.key.range![0]) : columnOf(text.text, start);
  const insert = block
    ? (pair ? "\n" : "") +
      indented(written ?? rendered(null, value, 0), column + 2)[pair ? "toString" : "trimStart"]()
    : (pair ? " " : "") + (fragment ? rendered(fragment, written!, column) : yaml);
  return { from: start, to: Math.max(start, end), insert: insert.replaceAll("\n", eol) };
}

function added(
  text: Text,
  map: YAMLMap,
  key: string,
  value: unknown,
  written: string | null,
): Change {
  const eol = eolOf(text.text);
  if (map.flow || isInFlow(text, map)) {
    const close = map.range![1] - 1;
    const last = map.items.at(-1);
    const from = last ? endOfPair(text, last as Pair<Node, Node | null>) : close;
    const said = `${inline(key, true)}: ${
      written !== null && !/\n/.test(written) ? written : inline(value, true)
    }`;
    return { from, to: from, insert: last ? `, ${said}` : said };
  }
  const column = columnOf(text.text, (map.items[0]!.key as Node).range![0]);
  const rank = STEP.indexOf(key);
  const before = map.items.findLast((each) => {
    const at = STEP.indexOf(isScalar(each.key) ? String(each.key.value) : "");
    return rank < 0 || (at >= 0 && at < rank);
  }) ?? map.items.at(-1)!;
  const end = lineEnd(text.text, endOfPair(text, before as Pair<Node, Node | null>));
  const isWithoutEnd = end === text.text.length && !text.text.endsWith("\n");
  const line = " ".repeat(column) + pairText(key, value, written, column);
  return {
    from: end,
    to: end,
    insert: ((isWithoutEnd ? "\n" : "") + line + (isWithoutEnd ? "" : "\n")).replaceAll("\n", eol),
  };
}

/** `key: value`, the value's own lines indented as the key's are. */
function pairText(key: string, value: unknown, written: string | null, column: number): string {
  const fragment = written === null ? null : fragmentOf(written);
  const isBlockValue = fragment
    ? fragment.isBlock
    : typeof value === "object" && value !== null && Object.keys(value).length > 0;
  const said = isBlockValue
    ? `\n${indented(written ?? rendered(null, value, 0), column + 2)}`
    : ` ${
      fragment ? rendered(fragment, written!, column) : scalarLike(null, "", value, column + 2)
    }`;
  return `${inline(key)}:${said}`.replace(/\n$/, "");
}

function without(text: Text, path: Path): Change[] {
  const map = nodeAt(text, path.slice(0, -1));
  const key = path.at(-1)!;
  const pair = isMap(map) && typeof key === "string" ? pairIn(map, key) : undefined;
  if (!isMap(map) || !pair) return [];
  const at = map.items.indexOf(pair);
  if (map.items.length === 1) {
    const owner = path.length > 1 ? { from: map.range![0], to: endOf(text, map) } : null;
    if (!owner) throw new CannotEdit("Nothing would be left.");
    return isInFlow(text, map)
      ? [{ ...owner, insert: "{}" }]
      : [emptied(text, path.slice(0, -1), "{}")];
  }
  if (map.flow || isInFlow(text, map)) {
    const next = map.items[at + 1] as Pair<Node, Node | null> | undefined;
    const previous = map.items[at - 1] as Pair<Node, Node | null> | undefined;
    return next
      ? [{ from: pair.key.range![0], to: (next.key as Node).range![0], insert: "" }]
      : [{ from: endOfPair(text, previous!), to: endOfPair(text, pair), insert: "" }];
  }
  const from = lineStart(text.text, pair.key.range![0]);
  if (text.text.slice(from, pair.key.range![0]).trim() !== "") {
    // The first of an item stands beside its dash; the next one takes its place.
    return [{
      from: pair.key.range![0],
      to: (map.items[at + 1]!.key as Node).range![0],
      insert: "",
    }];
  }
  return [{ from, to: lineEnd(text.text, endOfPair(text, pair)), insert: "" }];
}

/** A whole collection in a block becomes `{}` or `[]` behind its key. */
export function emptied(text: Text, path: Path, sign: string): Change {
  const parent = nodeAt(text, path.slice(0, -1));
  const key = path.at(-1)!;
  const pair = isMap(parent) && typeof key === "string" ? pairIn(parent, key) : undefined;
  const node = nodeAt(text, path)!;
  if (!pair) return { from: node.range![0], to: endOf(text, node), insert: sign };
  return { from: colonOf(pair), to: endOf(text, node), insert: ` ${sign}` };
}

// ---- items of lists: the steps

export interface Region {
  from: number;
  to: number;
}

/** The lines of an item, with the comment that stands right above it. */
export function itemRegion(text: Text, list: YAMLSeq, at: number): Region {
  const dash = dashOf(list, at);
  let from = lineStart(text.text, dash);
  while (from > 0) {
    const above = lineStart(text.text, from - 1);
    const line = text.text.slice(above, from);
    if (!/^\s*#/.test(line) || line.search(/#/) < columnOf(text.text, dash)) break;
    from = above;
  }
  const item = list.items[at] as Node | null;
  const end = item?.range ? endOf(text, item) : dash + 1;
  return { from, to: lineEnd(text.text, Math.max(end, dash + 1)) };
}

export function dashOf(list: YAMLSeq, at: number): number {
  const tokens =
    (list.srcToken as unknown as { items: { start: { type: string; offset: number }[] }[] }).items
      .flatMap((each) => each.start.filter((token) => token.type === "seq-item-ind"));
  const dash = tokens[at];
  if (!dash) throw new CannotEdit("This list is edited in the text.");
  return dash.offset;
}

/** Whether items of a list stand apart by an empty line. */
function isAiry(text: Text, list: YAMLSeq): boolean {
  if (list.items.length < 2) return columnOf(text.text, dashOf(list, 0)) <= 2;
  const gap = text.text.slice(itemRegion(text, list, 0).to, itemRegion(text, list, 1).from);
  return /^\s*\n/.test(gap);
}

/** Put an item, written at column 0 and ended by a line's end, into a list. */
export function insertItem(text: Text, path: Path, at: number, written: string): Change[] {
  const list = nodeAt(text, path);
  const eol = eolOf(text.text);
  if (!list || isEmpty(list) || (isSeq(list) && list.items.length === 0)) {
    const fragment = fragmentOf(written);
    return placed(text, path, fragment.value, written.replace(/\n$/, ""));
  }
  if (!isSeq(list)) throw new CannotEdit(`${placeOf(path)} is no list.`);
  const value = (fragmentOf(written).value as unknown[])[0];
  if (list.flow || isInFlow(text, list)) {
    const before = list.items[at] as Node | undefined;
    if (before?.range) {
      return [{ from: before.range[0], to: before.range[0], insert: `${inline(value, true)}, ` }];
    }
    const end = endOf(text, list.items.at(-1) as Node);
    return [{ from: end, to: end, insert: `, ${inline(value, true)}` }];
  }
  const lines = indented(written.replace(/\n$/, ""), columnOf(text.text, dashOf(list, 0))) + "\n";
  const gap = isAiry(text, list) ? "\n" : "";
  if (at < list.items.length) {
    const { from } = itemRegion(text, list, at);
    return [{ from, to: from, insert: (lines + gap).replaceAll("\n", eol) }];
  }
  const { to } = itemRegion(text, list, list.items.length - 1);
  const isWithoutEnd = to === text.text.length && !text.text.endsWith("\n");
  const said = (isWithoutEnd ? "\n" : "") + gap + (isWithoutEnd ? lines.slice(0, -1) : lines);
  return [{ from: to, to, insert: said.replaceAll("\n", eol) }];
}

export function removeItem(text: Text, path: Path, at: number): Change[] {
  const list = nodeAt(text, path);
  if (!isSeq(list)) throw new CannotEdit(`${placeOf(path)} is no list.`);
  if (list.items.length === 1) {
    return list.flow || isInFlow(text, list)
      ? [{ from: list.range![0], to: list.range![1], insert: "[]" }]
      : [emptied(text, path, "[]")];
  }
  if (list.flow || isInFlow(text, list)) {
    const [item, next, previous] = [
      list.items[at],
      list.items[at + 1],
      list.items[at - 1],
    ] as (Node | undefined)[];
    return next
      ? [{ from: item!.range![0], to: next.range![0], insert: "" }]
      : [{ from: endOf(text, previous!), to: endOf(text, item!), insert: "" }];
  }
  const region = itemRegion(text, list, at);
  // The empty line that set it apart goes with it.
  const gap = /^([^\S\n]*\r?\n)+/.exec(text.text.slice(region.to));
  if (at < list.items.length - 1) {
    return [{ from: region.from, to: region.to + (gap?.[0].length ?? 0), insert: "" }];
  }
  const before = itemRegion(text, list, at - 1).to;
  const isOnlyGap = text.text.slice(before, region.from).trim() === "";
  return [{ from: isOnlyGap ? before : region.from, to: region.to, insert: "" }];
}

// ---- where things are

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

function colonOf(pair: Pair<Node, Node | null>): number {
  const sep = (pair.srcToken as { sep?: { type: string; offset: number }[] } | undefined)?.sep;
  const colon = sep?.find((each) => each.type === "map-value-ind");
  if (!colon) throw new CannotEdit("This key is edited in the text.");
  return colon.offset + 1;
}

function endOfPair(text: Text, pair: Pair<Node, Node | null>): number {
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

function isInFlow(text: Text, node: Node): boolean {
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
