// Items of lists as text: the steps, each with the comment above it.

import { isSeq, type Node, type YAMLSeq } from "yaml";

import { CannotEdit, type Change } from "./change.ts";
import { fragmentOf, indented, inline } from "./fragment.ts";
import { nodeAt, type Path, placeOf } from "./place.ts";
import type { Text } from "./read.ts";
import { emptied, placed } from "./splice.ts";
import { columnOf, dashOf, endOf, eolOf, isEmpty, isInFlow, lineEnd, lineStart } from "./where.ts";

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
