// What may come next in an expression: variables, steps that can be read from here, and what is
// known of their outputs from schemas and from what they are made of.

import { isMap } from "yaml";

import { nodeAt, type Path, type Step, stepsOf } from "./place.ts";
import type { Text } from "./read.ts";
import { valueAt } from "./change.ts";

export interface Option {
  label: string;
  /** What is put in; the label where there is nothing else. */
  insert?: string;
  detail: string;
}

export interface Offer {
  /** How many characters before the cursor are replaced. */
  back: number;
  options: Option[];
}

interface Shape {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Shape>;
  items?: Shape;
}

const OUTPUTS: Record<string, string[]> = {
  AGENT_EXECUTION: ["output", "usage", "model"],
  CONDITIONAL_BRANCH: ["matched", "branch_to"],
  API_CALL: ["status_code", "headers", "data"],
  DATABASE_QUERY: ["rows", "row_count", "truncated"],
  MEMORY_SEARCH: ["results", "results_count", "query"],
  PROMPT_TEMPLATE: ["prompt", "messages", "variables"],
};

const PART = String.raw`(?:"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_]+)(?:\[[^\]]*\])*`;
const PATH = new RegExp(String.raw`(\$?)((?:${PART}\.)*)("?[\p{L}\p{N}_-]*)$`, "u");

/** `before`: the line up to the cursor; `from`: the step that it is in, if any. */
export function complete(text: Text, from: Step | undefined, before: string): Offer | null {
  const link =
    /^\s*(?:-\s+)?(?:[{,]\s*)?.*?\b(on_success|on_failure|then|default):\s*(["']?[^\s,{}"'$]*)$/
      .exec(before);
  if (link && from) {
    return offer(
      link[2]!,
      siblings(text, from).map((each) => ({
        label: each.name,
        insert: inYaml(each.name),
        detail: word(each.type),
      })),
    );
  }
  const found = PATH.exec(before);
  if (!found) return null;
  const tag = /\{\{\{?\s*[#^/&]?\s*$/.test(before.slice(0, found.index));
  if (!found[1] && !tag) return null;
  const parts = [...found[2]!.matchAll(new RegExp(PART, "gu"))].map((each) => each[0]);
  const names = parts.map((each) => plain(each.replace(/\[[^\]]*\]+$/, "")));
  return offer(
    found[1]! && !parts.length ? `$${found[3]}` : found[3]!,
    after(text, from, names, found[1] !== ""),
  );
}

function offer(typed: string, options: Option[]): Offer | null {
  const bare = typed.replace(/^["']/, "").toLowerCase();
  const fitting = options.filter((each) => each.label.toLowerCase().includes(bare));
  return fitting.length ? { back: typed.length, options: fitting } : null;
}

const word = (type: string) => type.toLowerCase().replaceAll("_", " ");
const plain = (part: string) => {
  if (!part.startsWith('"')) return part;
  try {
    return JSON.parse(part) as string;
  } catch {
    return part;
  }
};
const isWord = (name: string) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name);
const inYaml = (name: string) =>
  /^[\p{L}_][\p{L}\p{N}_ -]*$/u.test(name) ? name : JSON.stringify(name);

function siblings(text: Text, from: Step): Step[] {
  return stepsOf(text).filter((each) =>
    each.list.join("\n") === from.list.join("\n") && each.name !== from.name && each.name
  );
}

/** Steps of the own list and of the lists around it, but not those that hold this one. */
export function readable(text: Text, from: Step | undefined): Step[] {
  const within = (list: Path) =>
    !from ? list.length === 1 : list.every((key, at) => from.path[at] === key);
  return stepsOf(text).filter((each) =>
    each.name && each.name !== from?.name && !from?.around.includes(each.name) && within(each.list)
  );
}

function after(text: Text, from: Step | undefined, names: string[], isPath: boolean): Option[] {
  const [root, step, field, ...rest] = names;
  if (root === undefined) return variables(text, from, isPath);
  if (root === "input") {
    return members(inside(text.content?.["input_schema"] as Shape | undefined, names.slice(1)));
  }
  if (root === "error") return named(["code", "message", "step", "details"], "of what failed");
  if (root === "execution") {
    return named(
      ["id", "name", "playbook", "version", "trigger_source", "started_at"],
      "of the execution",
    );
  }
  if (root !== "steps") return [];
  if (step === undefined) {
    return readable(text, from).map((each) => ({
      label: each.name,
      insert: isWord(each.name) ? each.name : JSON.stringify(each.name),
      detail: word(each.type),
    }));
  }
  if (field === undefined) return named(["output", "status", "error"], "of the step");
  const read = stepsOf(text).find((each) => each.name === step);
  return read && field === "output" ? members(inside(outputOf(text, read), rest)) : [];
}

function variables(text: Text, from: Step | undefined, isPath: boolean): Option[] {
  const isForEach = from?.around.some((name) => {
    const holder = stepsOf(text).find((each) => each.name === name);
    return holder && isMap(nodeAt(text, [...holder.path, "config"])) &&
      valueAt(text.content, [...holder.path, "config", "for_each"]) !== undefined;
  });
  const sign = isPath ? "$" : "";
  const all: [string, string][] = [
    ["input", "the execution's input"],
    ["steps", "what other steps gave"],
    ...(isForEach
      ? [["item", "the element"], ["index", "its position from 0"]] as [string, string][]
      : []),
    ["step_input", "the step's own input"],
    ["error", "what failed, on a failure path"],
    ["execution", "the execution itself"],
  ];
  const own = isPath || !from
    ? []
    : Object.keys((valueAt(text.content, [...from.path, "input_mapping"]) ?? {}) as object);
  return [
    ...own.map((label) => ({ label, detail: "of the step's input" })),
    ...all.map(([label, detail]) => ({ label: sign + label, detail })),
  ];
}

const named = (labels: string[], detail: string): Option[] =>
  labels.map((label) => ({ label, detail }));

function members(shape: Shape | undefined): Option[] {
  const kind = (each: Shape) => [each.type].flat().filter(Boolean).join(" or ");
  return Object.entries(shape?.properties ?? {}).map(([label, each]) => ({
    label,
    insert: isWord(label) ? label : JSON.stringify(label),
    detail: typeof each === "object" && each ? each.description ?? kind(each) : "",
  }));
}

/** Members of a list are looked up in each of its elements, as expressions do. */
function inside(shape: Shape | undefined, names: string[]): Shape | undefined {
  let now = shape;
  for (const name of names) {
    while (now?.items && !now.properties) now = now.items;
    now = now?.properties?.[name];
  }
  while (now?.items && !now.properties) now = now.items;
  return now;
}

function outputOf(text: Text, step: Step): Shape | undefined {
  const at = (...path: Path) => valueAt(text.content, [...step.path, ...path]);
  const said = at("output_schema") as Shape | undefined;
  if (said?.properties) return said;
  if (step.type === "DATA_TRANSFORM") return shapeOf(at("config", "output"));
  if (step.type === "WAIT_FOR_INPUT") return at("config", "schema") as Shape | undefined;
  if (step.type === "PARALLEL_EXECUTION") {
    const branches = nodeAt(text, [...step.path, "branches"]);
    return isMap(branches) ? shapeOf(at("branches"), 1) : undefined;
  }
  const known = OUTPUTS[step.type];
  return known && { properties: Object.fromEntries(known.map((each) => [each, {}])) };
}

/** What a mapping makes: an object has the members that it is written with. */
function shapeOf(value: unknown, deepest = 9): Shape | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || deepest === 0) {
    return undefined;
  }
  return {
    properties: Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, shapeOf(each, deepest - 1) ?? {}]),
    ),
  };
}
