// Steps by name, and what of the text says that one comes after the other.

import { isSeq } from "yaml";

import { CannotEdit, type Change, valueAt } from "./change.ts";
import { nodeAt, type Path, type Step, stepsOf } from "./place.ts";
import type { Text } from "./read.ts";

export interface Edit {
  changes: Change[];
  /** The step to look at afterwards. */
  step: string | null;
  /** What was done beside what was asked for. */
  said: string;
}

export interface Where {
  /** After or before a step; both: on the way from one to the other. */
  after?: string | undefined;
  before?: string | undefined;
  /** Into a branch of a parallel step, at its end. */
  branch?: [string, string] | undefined;
}

export const stepNamed = (text: Text, name: string): Step => {
  const found = stepsOf(text).find((each) => each.name === name);
  if (!found) throw new CannotEdit(`The text has no step "${name}".`);
  return found;
};

/** The list and the place in it that is meant. */
export function placeFor(text: Text, where: Where): { list: Path; at: number } {
  if (where.branch) {
    const parallel = stepNamed(text, where.branch[0]);
    const named = [...parallel.path, "branches", where.branch[1]];
    const list = isSeq(nodeAt(text, named)) ? named : [...parallel.path, "steps"];
    const node = nodeAt(text, list);
    return { list, at: isSeq(node) ? node.items.length : 0 };
  }
  const beside = where.after ?? where.before;
  if (!beside) {
    const node = nodeAt(text, ["steps"]);
    return { list: ["steps"], at: isSeq(node) ? node.items.length : 0 };
  }
  const step = stepNamed(text, beside);
  return { list: step.list, at: Number(step.path.at(-1)) + (where.after ? 1 : 0) };
}

const TARGETS = new Set([
  "then",
  "default",
  "true_branch",
  "trueBranch",
  "false_branch",
  "falseBranch",
]);

/** Where a step's config names the steps that come next. */
export function targetsIn(text: Text, step: Step): Path[] {
  const found: Path[] = [];
  if (step.type !== "CONDITIONAL_BRANCH") return found;
  const look = (value: unknown, path: Path) => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      if (TARGETS.has(key) && typeof inner === "string") found.push(at);
      else if (key === "branches" || key === "conditions" || Array.isArray(value)) look(inner, at);
    }
  };
  look(valueAt(text.content, [...step.path, "config"]), [...step.path, "config"]);
  return found;
}

/** Every place that says that a step comes next. */
export function linksTo(
  text: Text,
  name: string,
): { path: Path; kind: "on_success" | "on_failure" | "target"; from: string }[] {
  return stepsOf(text).flatMap((step) => [
    ...(["on_success", "on_failure"] as const).map((kind) => ({
      path: [...step.path, kind],
      kind,
      from: step.name,
    })),
    ...targetsIn(text, step).map((path) => ({ path, kind: "target" as const, from: step.name })),
  ]).filter((each) => valueAt(text.content, each.path) === name);
}
