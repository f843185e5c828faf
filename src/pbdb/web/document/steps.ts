// What the canvas does, as changes of the text: steps come, go, move and are called otherwise.

import { isMap, isScalar, isSeq, type Node, Scalar, visit } from "yaml";

import { nodeAt, type Path, type Step, stepsOf } from "./place.ts";
import { read, type Text } from "./read.ts";
import {
  apply,
  CannotEdit,
  type Change,
  columnOf,
  dashOf,
  insertItem,
  itemRegion,
  proven,
  removeItem,
  set,
  valueAt,
} from "./splice.ts";
import { indented, inline, scalarLike } from "./fragment.ts";

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

/** What a step of each type begins as: the least that makes sense of it. */
const CONFIGS: Record<string, string> = {
  AGENT_EXECUTION: "agent: assistant\nprompt: What shall it do?",
  DATA_TRANSFORM: "output: $input",
  CONDITIONAL_BRANCH: "branches:\n  - {when: $input.value == true, then: null}",
  PARALLEL_EXECUTION: "join: all",
  WAIT_FOR_INPUT:
    "prompt: Shall it go on?\nschema:\n  type: object\n  required: [approved]\n  properties:\n    approved: {type: boolean}",
  API_CALL: "method: GET\nurl: https://example.com/",
  DATABASE_QUERY: "query: select 1 as one",
  MEMORY_SEARCH: "query: $input.query\nmode: text",
  PROMPT_TEMPLATE: 'template: "Hello {{ input.name }}"',
  CUSTOM_FUNCTION: "language: javascript\ncode: |\n  return input;",
};
export const TYPES = Object.keys(CONFIGS);

/** A new step as text; one with branches brings two, each with a step. */
function fresh(type: string, names: Set<string>): { name: string; written: string } {
  const free = (wish: string) => {
    let name = wish;
    for (let at = 2; names.has(name); at++) name = `${wish}_${at}`;
    names.add(name);
    return name;
  };
  const name = free(type.toLowerCase());
  let written = `- name: ${name}\n  type: ${type}\n  config:\n${indented(CONFIGS[type]!, 4)}\n`;
  if (type === "PARALLEL_EXECUTION") {
    written += "  branches:\n";
    for (const branch of ["one", "two"]) {
      written += `    ${branch}:\n      - name: ${
        free(branch)
      }\n        type: DATA_TRANSFORM\n        config:\n          output: $input\n`;
    }
  }
  return { name, written };
}

export const stepNamed = (text: Text, name: string): Step => {
  const found = stepsOf(text).find((each) => each.name === name);
  if (!found) throw new CannotEdit(`The text has no step "${name}".`);
  return found;
};

/** The list and the place in it that is meant. */
function placeFor(text: Text, where: Where): { list: Path; at: number } {
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

/** The links of a way that a step is put on: what led to `before` leads to it, and it leads on. */
function linksOn(text: Text, where: Where): Path[] {
  if (!where.after || !where.before) return [];
  const from = stepNamed(text, where.after);
  const found: Path[] = [];
  if (valueAt(text.content, [...from.path, "on_success"]) === where.before) {
    found.push([...from.path, "on_success"]);
  } else {found.push(
      ...targetsIn(text, from).filter((path) => valueAt(text.content, path) === where.before),
    );}
  return found;
}

export function insertStep(text: Text, type: string, where: Where): Edit {
  const names = new Set(stepsOf(text).map((each) => each.name));
  const { name, written } = fresh(type, names);
  const links = linksOn(text, where);
  const leads = links.length ? `  on_success: ${inline(where.before!)}\n` : "";
  const { list, at } = placeFor(text, where);
  const changes = [
    ...insertItem(text, list, at, written + leads),
    ...links.flatMap((path) => set(text, path, name)),
  ];
  return { changes: checked(text, changes), step: name, said: `Added ${name}.` };
}

function checked(text: Text, changes: Change[]): Change[] {
  const made = read(apply(text.text, changes));
  if (made.troubles.length) {
    throw new CannotEdit(
      "This place is written in a way that only its author can change: edit the text.",
    );
  }
  return changes;
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
function targetsIn(text: Text, step: Step): Path[] {
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
function linksTo(
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

/** Take a step away; what led to it leads to what came after it. */
export function removeStep(text: Text, name: string): Edit {
  const step = stepNamed(text, name);
  const at = Number(step.path.at(-1));
  const siblings = valueAt(text.content, step.list) as { name?: unknown; is_final?: unknown }[];
  const own = valueAt(text.content, [...step.path, "on_success"]);
  const isFinal = valueAt(text.content, [...step.path, "is_final"]) === true;
  const next = typeof own === "string" ? own : isFinal ? undefined : siblings[at + 1]?.name;
  const follow = typeof next === "string" && next !== name ? next : undefined;
  const changes = removeItem(text, step.list, at);
  const said: string[] = [];
  const isInside = (path: Path) => step.path.every((key, index) => path[index] === key);
  for (const link of linksTo(text, name)) {
    if (isInside(link.path)) continue;
    const to = link.kind === "on_failure" ? undefined : follow;
    if (to === undefined && link.kind === "target") {
      said.push(`${link.from} still names it: choose where it leads.`);
      continue;
    }
    changes.push(...set(text, link.path, to));
    said.push(
      to === undefined
        ? `${link.kind} of ${link.from} is gone.`
        : `${link.from} leads to ${to} now.`,
    );
  }
  const near = siblings[at + 1]?.name ?? siblings[at - 1]?.name;
  return {
    changes: checked(text, changes),
    step: typeof near === "string" ? near : null,
    said: [`Removed ${name}.`, ...said].join(" "),
  };
}

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
  return {
    changes: proven(text, changes, (content) => {
      const list = valueAt(content, step.list) as unknown[];
      const goal = (valueAt(content, target.list) ?? []) as unknown[];
      const [item] = list.splice(at, 1);
      goal.splice(isSame && target.at > at ? target.at - 1 : target.at, 0, item);
    }),
    step: name,
    said: `Moved ${name}.`,
  };
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

// ---- names

const WORD = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
const quoted = (name: string) =>
  new RegExp(`^${WORD}$`, "u").test(name) ? name : JSON.stringify(name);

/** A text with each path that reads a step's result reading it by another name. */
export function renamedIn(value: string, old: string, now: string, isCondition: boolean): string {
  const inPath = (path: string) =>
    path.replace(
      new RegExp(String.raw`(\$steps\s*\.\s*)("(?:[^"\\]|\\.)*"|${WORD})`, "gu"),
      (all, start: string, said: string) => {
        let name = said;
        if (said.startsWith('"')) {
          try {
            name = JSON.parse(said) as string;
          } catch {
            return all;
          }
        }
        return name === old ? start + quoted(now) : all;
      },
    );
  if (isCondition || (value.startsWith("$") && !value.startsWith("$$"))) return inPath(value);
  return value.replace(/\{\{[\s\S]*?\}\}/g, (tag) => {
    const named = inPath(tag);
    const start = /^(\{\{\{?\s*[#^/&]?\s*)steps\./.exec(named);
    if (!start || !named.slice(start[0].length).startsWith(old)) return named;
    const rest = named.slice(start[0].length + old.length);
    if (!/^[.\s}?[]/.test(rest)) return named;
    const isPlain = quoted(now) === now;
    return `${start[1]}${isPlain ? "" : "$"}steps.${quoted(now)}${rest}`;
  });
}

const CONDITIONS = new Set(["condition", "when", "all", "any", "not"]);
const WORDS = new Set([
  "name",
  "description",
  "type",
  "code",
  "metadata",
  "input_schema",
  "output_schema",
  "schema",
  "tags",
  "category",
]);

/** Call a step otherwise, and with it every link and expression that names it. */
export function renameStep(text: Text, old: string, now: string): Edit {
  const step = stepNamed(text, old);
  if (now.trim() === "") throw new CannotEdit("A step needs a name.");
  if (now === old) return { changes: [], step: old, said: "" };
  if (stepsOf(text).some((each) => each.name === now)) {
    throw new CannotEdit(`There is a step "${now}" already.`);
  }
  const links = linksTo(text, old).map((each) => each.path);
  const exact = new Set([[...step.path, "name"], ...links].map((each) => JSON.stringify(each)));
  const found: { node: Scalar; path: Path; value: string }[] = [];
  visit(text.yaml, {
    Scalar(key, node, ancestors) {
      if (key === "key" || typeof node.value !== "string" || !node.range) return;
      const path = pathOfNode(node, ancestors as Node[]);
      const words = path.filter((each): each is string => typeof each === "string");
      const owner = words.findLast((each) => CONDITIONS.has(each) || each === words.at(-1));
      const value = exact.has(JSON.stringify(path))
        ? now
        : words.some((each) => WORDS.has(each))
        ? node.value
        : renamedIn(node.value, old, now, owner !== undefined && CONDITIONS.has(owner));
      if (value !== node.value) found.push({ node, path, value });
    },
  });
  const make = (content: Record<string, unknown>) => {
    for (const { path, value } of found) {
      const parent = valueAt(content, path.slice(0, -1)) as Record<string | number, unknown>;
      parent[path.at(-1)!] = value;
    }
  };
  const whole = (each: (typeof found)[number]): Change => {
    const [from, to] = each.node.range!;
    const isLine = each.node.type === Scalar.PLAIN || each.node.type === Scalar.QUOTE_DOUBLE ||
      each.node.type === Scalar.QUOTE_SINGLE;
    return {
      from,
      to: isLine ? to : to - /\s*$/.exec(text.text.slice(from, to))![0].length,
      insert: scalarLike(each.node, text.text, each.value, columnOf(text.text, from) + 2),
    };
  };
  const inside = (each: (typeof found)[number]): Change => {
    const [from, to] = each.node.range!;
    const raw = text.text.slice(from, to);
    const insert = exact.has(JSON.stringify(each.path))
      ? whole(each).insert
      : renamedIn(raw, old, now, true);
    return exact.has(JSON.stringify(each.path))
      ? whole(each)
      : { from, to, insert: mended(raw, insert, each, old, now) };
  };
  const others = found.length - 1;
  const edit = (changes: Change[]): Edit => ({
    changes: proven(text, changes, make),
    step: now,
    said: `Renamed ${old} to ${now}${
      others ? `, in ${others} other ${others === 1 ? "place" : "places"} too` : ""
    }.`,
  });
  try {
    return edit(found.map(inside));
  } catch (error) {
    if (!(error instanceof CannotEdit)) throw error;
    return edit(found.map(whole));
  }
}

/** The source of a scalar with its paths renamed, its folds and escapes as they were. */
function mended(
  raw: string,
  paths: string,
  each: { node: Scalar; value: string },
  old: string,
  now: string,
): string {
  const isPath = String(each.node.value).startsWith("$");
  return isPath || !/\{\{/.test(raw) ? paths : renamedIn(raw, old, now, false);
}

function pathOfNode(node: Node, ancestors: Node[]): Path {
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
