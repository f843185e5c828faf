// Steps that change their place.

import { isSeq } from "yaml";

import { CannotEdit, proven, valueAt } from "./change.ts";
import { insertItem, itemRegion, removeItem } from "./items.ts";
import { type Edit, placeFor, stepNamed, type Where } from "./links.ts";
import { renumbered } from "./orders.ts";
import { nodeAt } from "./place.ts";
import type { Text } from "./read.ts";
import { columnOf, dashOf } from "./where.ts";

/** Move a step with all that it holds, and the comment above it, to another place. */
export function moveStep(text: Text, name: string, where: Where): Edit {
  const step = stepNamed(text, name);
  const [from, at] = [nodeAt(text, step.list), Number(step.path.at(-1))];
  const target = placeFor(text, where);
  const isSame = target.list.join("\n") === step.list.join("\n");
  if (
    isSame && (target.at === at || target.at === at + 1) || where.after === name ||
    where.before === name
  ) {
    return { changes: [], step: name, said: "" };
  }
  if (step.path.every((key, index) => target.list[index] === key)) {
    throw new CannotEdit("A step cannot be moved into itself.");
  }
  if (!isSeq(from) || from.flow) throw new CannotEdit("This list is edited in the text.");
  const region = itemRegion(text, from, at);
  const column = columnOf(text.text, dashOf(from, at));
  const lines = text.text.slice(region.from, region.to).replaceAll("\r\n", "\n").replace(/\n*$/, "")
    .split("\n");
  const written =
    lines.map((each) => each.slice(0, column).trim() === "" ? each.slice(column) : each).join(
      "\n",
    ) + "\n";
  const inserted = insertItem(text, target.list, target.at, written);
  const changes = [...removeItem(text, step.list, at), ...inserted];
  return renumbered(text, {
    changes: proven(text, changes, (content) => {
      const list = valueAt(content, step.list) as unknown[];
      const goal = (valueAt(content, target.list) ?? []) as unknown[];
      const [item] = list.splice(at, 1);
      goal.splice(isSame && target.at > at ? target.at - 1 : target.at, 0, item);
    }),
    step: name,
    said: `Moved ${name}.`,
  });
}

/** One place up or down in its list. */
export function shiftStep(text: Text, name: string, by: -1 | 1): Edit {
  const step = stepNamed(text, name);
  const siblings = valueAt(text.content, step.list) as { name?: unknown }[];
  const other = siblings[Number(step.path.at(-1)) + by]?.name;
  if (typeof other !== "string") {
    return {
      changes: [],
      step: name,
      said: `${name} is the ${by < 0 ? "first" : "last"} of its list.`,
    };
  }
  return moveStep(text, name, by < 0 ? { before: other } : { after: other });
}

/** Into the next branch, or the first of the parallel step beside; `by` -1: back, and out at last. */
export function shiftAside(text: Text, name: string, by: -1 | 1): Edit {
  const step = stepNamed(text, name);
  const holder = step.around.at(-1);
  const branches = (parallel: string) => {
    const held = valueAt(text.content, [...stepNamed(text, parallel).path, "branches"]);
    return typeof held === "object" && held !== null ? Object.keys(held) : [""];
  };
  const list = valueAt(text.content, step.list) as { name?: unknown; type?: unknown }[];
  const at = Number(step.path.at(-1));
  if (holder !== undefined) {
    const all = branches(holder);
    const here = step.list.at(-2) === "branches" ? all.indexOf(String(step.list.at(-1))) : 0;
    const next = all[here + by];
    if (next !== undefined) return moveStep(text, name, { branch: [holder, next] });
    if (by < 0) return moveStep(text, name, { after: holder });
  }
  const beside = by < 0
    ? undefined
    : [list[at - 1], list[at + 1]].find((each) => each?.type === "PARALLEL_EXECUTION")?.name;
  if (typeof beside === "string") {
    return moveStep(text, name, { branch: [beside, branches(beside)[0] ?? ""] });
  }
  return {
    changes: [],
    step: name,
    said: by < 0 ? `${name} is in no branch.` : `There is no branch beside ${name}.`,
  };
}
