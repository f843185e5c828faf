// A value at a place of the text, put there, changed or taken away in the style that was there.

import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from "yaml";

import { CannotEdit, type Change, proven, put } from "./change.ts";
import { fragmentOf, indented, inline, isBlock, rendered, scalarLike } from "./fragment.ts";
import { nodeAt, pairIn, type Path, placeOf } from "./place.ts";
import type { Text } from "./read.ts";
import {
  colonOf,
  columnOf,
  endOf,
  endOfPair,
  eolOf,
  indentOf,
  isEmpty,
  isInFlow,
  lineEnd,
  lineStart,
} from "./where.ts";
import { STEP } from "./write.ts";

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

export function placed(text: Text, path: Path, value: unknown, written: string | null): Change[] {
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
