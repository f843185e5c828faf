// Steps that come and go, as changes of the text.

import { apply, CannotEdit, type Change, valueAt } from "./change.ts";
import { indented, inline } from "./fragment.ts";
import { insertItem, removeItem } from "./items.ts";
import { type Edit, linksTo, placeFor, stepNamed, targetsIn, type Where } from "./links.ts";
import { renumbered } from "./orders.ts";
import { type Path, stepsOf } from "./place.ts";
import { read, type Text } from "./read.ts";
import { set } from "./splice.ts";

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
  return renumbered(text, {
    changes: checked(text, changes),
    step: name,
    said: `Added ${name}.`,
  });
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
  return renumbered(text, {
    changes: checked(text, changes),
    step: typeof near === "string" ? near : null,
    said: [`Removed ${name}.`, ...said].join(" "),
  });
}
