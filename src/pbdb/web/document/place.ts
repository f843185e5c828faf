// Places as the database writes them, `steps[2].config.url`, and where they are in the text.

import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";

import type { Text } from "./read.ts";

export type Path = (string | number)[];
export interface Range {
  from: number;
  to: number;
}

const PART = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([^.[\]]+)/g;

export function pathOf(place: string): Path {
  return [...place.matchAll(PART)].map((each) =>
    each[1] !== undefined
      ? Number(each[1])
      : each[2] !== undefined
      ? JSON.parse(each[2]) as string
      : each[3]!
  );
}

export function placeOf(path: Path): string {
  return path.map((each, at) =>
    typeof each === "number"
      ? `[${each}]`
      : /^[A-Za-z_][A-Za-z0-9_-]*$/.test(each)
      ? (at ? `.${each}` : each)
      : `[${JSON.stringify(each)}]`
  ).join("");
}

export function pairIn(map: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  return map.items.find((each) => isScalar(each.key) && each.key.value === key) as
    | Pair<Node, Node | null>
    | undefined;
}

/** The node at a path; undefined when it is not in the text, or comes through an alias. */
export function nodeAt(text: Text, path: Path): Node | undefined {
  let node = text.yaml.contents as Node | null | undefined;
  for (const key of path) {
    if (isMap(node) && typeof key === "string") node = pairIn(node, key)?.value;
    else if (isSeq(node) && typeof key === "number") node = node.items[key] as Node | undefined;
    else return undefined;
  }
  return node ?? undefined;
}

/** What to mark for a place: its key or value; of what is missing, that which it is missing in. */
export function rangeOf(text: Text, path: Path): Range {
  for (let length = path.length; length > 0; length--) {
    const parent = nodeAt(text, path.slice(0, length - 1));
    const key = path[length - 1]!;
    const pair = isMap(parent) && typeof key === "string" ? pairIn(parent, key) : undefined;
    const value = isSeq(parent) && typeof key === "number"
      ? parent.items[key] as Node
      : pair?.value;
    // A scalar can be marked whole; of more, its key says where it is.
    if (
      isScalar(value) && value.range && length === path.length && value.range[1] > value.range[0]
    ) {
      return line(text, value.range[0], value.range[1]);
    }
    const shown = pair?.key ?? (isMap(value) ? named(value) : value);
    if (shown?.range) return line(text, shown.range[0], shown.range[1]);
  }
  return line(text, 0, text.text.length);
}

/** A step is marked at its name. */
function named(step: YAMLMap): Node {
  const name = pairIn(step, "name")?.value;
  return name && name.range && name.range[1] > name.range[0] ? name : step;
}

function line(text: Text, from: number, to: number): Range {
  const end = text.text.indexOf("\n", from);
  return { from, to: Math.max(from, Math.min(to, end < 0 ? text.text.length : end)) };
}

export interface Step {
  path: Path;
  name: string;
  type: string;
  range: Range;
  /** The path of the list that it is in. */
  list: Path;
  /** The names of the steps around it, outermost first. */
  around: string[];
}

/** Every step as written, depth first. */
export function stepsOf(text: Text): Step[] {
  const found: Step[] = [];
  walk(text, ["steps"], [], found);
  return found;
}

function walk(text: Text, list: Path, around: string[], found: Step[]) {
  const steps = nodeAt(text, list);
  if (!isSeq(steps)) return;
  steps.items.forEach((each, at) => {
    if (!isMap(each) || !each.range) return;
    const path = [...list, at];
    const word = (key: string) => {
      const value = pairIn(each, key)?.value;
      return isScalar(value) && typeof value.value === "string" ? value.value : "";
    };
    const name = word("name");
    found.push({
      path,
      list,
      around,
      name,
      type: word("type"),
      range: { from: each.range[0], to: each.range[2] },
    });
    const branches = pairIn(each, "branches")?.value;
    if (isMap(branches)) {
      for (const branch of branches.items) {
        if (isScalar(branch.key)) {
          walk(text, [...path, "branches", String(branch.key.value)], [...around, name], found);
        }
      }
    }
    walk(text, [...path, "steps"], [...around, name], found);
  });
}

/** The innermost step that the text has at an offset. */
export function stepAt(text: Text, offset: number): Step | undefined {
  return stepsOf(text).findLast((each) => each.range.from <= offset && offset < each.range.to);
}

/** The path of a node that a visit has come to, from the nodes and pairs above it. */
export function pathOfNode(node: Node, ancestors: Node[]): Path {
  const path: Path = [];
  const way = [...ancestors, node] as unknown[];
  for (let at = 0; at < way.length - 1; at++) {
    const [here, next] = [way[at], way[at + 1]];
    if (isSeq(here)) path.push(here.items.indexOf(next as never));
    else if (isMap(here)) {
      const pair = next as { key: unknown };
      path.push(isScalar(pair.key) ? String(pair.key.value) : "");
    }
  }
  return path;
}
