// Branches of a PARALLEL_EXECUTION step, as changes of the text.

import { isMap, type Node, visit } from "yaml";

import { apply, CannotEdit, type Change, proven, put, valueAt } from "./change.ts";
import { edits } from "./diff.ts";
import { inline } from "./fragment.ts";
import { type Edit, stepNamed } from "./links.ts";
import { ordersOf, renumbered } from "./orders.ts";
import { nodeAt, pairIn, pathOfNode, stepsOf } from "./place.ts";
import { read as readText, type Text } from "./read.ts";
import { inPaths, quoted, WORDS } from "./rename.ts";
import { set } from "./splice.ts";
import { same } from "./write.ts";

/** The names of a step's branches; null when it has none, or a body for each item instead. */
export function branchesOf(text: Text, step: string): string[] | null {
  const branches = nodeAt(text, [...stepNamed(text, step).path, "branches"]);
  if (!isMap(branches)) return null;
  return Object.keys(valueAt(text.content, [...stepNamed(text, step).path, "branches"]) as object);
}

const free = (taken: Set<string>, wish: string) => {
  let name = wish;
  for (let at = 2; taken.has(name); at++) name = `${wish}_${at}`;
  return name;
};

/** One more branch, with a step in it: a branch without one would be none. */
export function addBranch(text: Text, step: string): Edit {
  const { path } = stepNamed(text, step);
  if (valueAt(text.content, [...path, "steps"]) !== undefined) {
    throw new CannotEdit(`${step} runs one body for each item: it has no branches.`);
  }
  const name = free(new Set(branchesOf(text, step) ?? []), "branch");
  const inner = free(new Set(stepsOf(text).map((each) => each.name)), name);
  const body = [{ name: inner, type: "DATA_TRANSFORM", config: { output: "$input" } }];
  const changes = set(text, [...path, "branches", name], body);
  return renumbered(text, { changes, step, said: `Added the branch ${name}.` });
}

/** Take a branch away with all that is in it. */
export function removeBranch(text: Text, step: string, name: string): Edit {
  const { path } = stepNamed(text, step);
  if ((branchesOf(text, step) ?? []).length < 2) {
    throw new CannotEdit(`${step} needs a branch: remove the step instead.`);
  }
  const changes = set(text, [...path, "branches", name], undefined);
  return renumbered(text, { changes, step, said: `Removed the branch ${name}.` });
}

/** Call a branch otherwise, and read its output by the new name. */
export function renameBranch(text: Text, step: string, old: string, now: string): Edit {
  const { path } = stepNamed(text, step);
  const at = [...path, "branches"];
  if (now.trim() === "") throw new CannotEdit("A branch needs a name.");
  if (now === old) return { changes: [], step, said: "" };
  if (branchesOf(text, step)?.includes(now)) {
    throw new CannotEdit(`${step} has a branch "${now}" already.`);
  }
  const map = nodeAt(text, at);
  const key = isMap(map) ? pairIn(map, old)?.key : undefined;
  if (!key?.range) throw new CannotEdit("This branch is edited in the text.");
  const own: Change = { from: key.range[0], to: key.range[1], insert: inline(now, true) };
  const readers = readersOf(text, step, old, now);
  const changes = proven(text, [own, ...readers.changes], (content) => {
    const branches = valueAt(content, at) as Record<string, unknown>;
    const renamed = Object.entries(branches).map((
      [each, steps],
    ) => [each === old ? now : each, steps]);
    put(content, at, Object.fromEntries(renamed));
    for (const { place, value } of readers.values) put(content, place, value);
  });
  const others = readers.values.length;
  const said = `Renamed the branch ${old} to ${now}${
    others ? `, in ${others} other ${others === 1 ? "place" : "places"} too` : ""
  }.`;
  const after = apply(text.text, changes);
  // Branches are numbered by their names.
  if (same([...ordersOf(text.content)], [...ordersOf(readText(after).content)])) {
    return { changes, step, said };
  }
  return renumbered(text, { changes: edits(text.text, after), step, said });
}

/** Before a quoted name a path has its sign, in tags too. */
const signed = (start: string, name: string) =>
  /"/.test(name) && !start.startsWith("$") ? `$${start}` : start;

/** Who reads the output of a branch by its name. */
function readersOf(text: Text, step: string, old: string, now: string) {
  const found: { changes: Change[]; values: { place: (string | number)[]; value: string }[] } = {
    changes: [],
    values: [],
  };
  const order = ordersOf(text.content).get(step);
  const escaped = (name: string) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const either = (name: string) =>
    `(?:${escaped(name)}|${escaped(JSON.stringify(name))}|${
      escaped(JSON.stringify(JSON.stringify(name)).slice(1, -1))
    })`;
  // Only a tag may leave the sign away.
  const pattern = (sign: string) =>
    new RegExp(
      String.raw`((?<![.\w])${sign}(?:steps\s*\.\s*${
        either(step)
      }\s*\.\s*output|step_${order}_output)\s*\.\s*)${either(old)}(?![\p{L}\p{N}_])`,
      "gu",
    );
  visit(text.yaml, {
    Scalar(key, node, ancestors) {
      if (key === "key" || typeof node.value !== "string" || !node.range) return;
      const place = pathOfNode(node, ancestors as Node[]);
      if (place.some((each) => typeof each === "string" && WORDS.has(each))) return;
      const isCondition = /^\$[^$]/.test(node.value) || !/\{\{/.test(node.value);
      const read = pattern(isCondition ? "\\$" : "\\$?");
      const change = (said: string, name: string) =>
        inPaths(
          said,
          isCondition,
          (path) => path.replace(read, (_, start: string) => signed(start, name) + name),
        );
      const value = change(node.value, quoted(now));
      if (value === node.value) return;
      const raw = text.text.slice(node.range[0], node.range[1]);
      const isQuoted = raw.startsWith('"');
      const name = isQuoted ? JSON.stringify(quoted(now)).slice(1, -1) : quoted(now);
      found.values.push({ place, value });
      found.changes.push({ from: node.range[0], to: node.range[1], insert: change(raw, name) });
    },
  });
  return found;
}
