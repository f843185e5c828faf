// Another name for a step, followed by everything that names it.

import { type Node, Scalar, visit } from "yaml";

import { CannotEdit, type Change, proven, valueAt } from "./change.ts";
import { scalarLike } from "./fragment.ts";
import { type Edit, linksTo, stepNamed } from "./links.ts";
import { type Path, pathOfNode, stepsOf } from "./place.ts";
import type { Text } from "./read.ts";
import { columnOf } from "./where.ts";

const WORD = String.raw`[\p{L}_][\p{L}\p{N}_]*`;
export const quoted = (name: string) =>
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

/** A text with its paths changed: all of it, or what stands in the tags of a template. */
export function inPaths(
  value: string,
  isCondition: boolean,
  change: (path: string) => string,
): string {
  if (isCondition || (value.startsWith("$") && !value.startsWith("$$"))) return change(value);
  return value.replace(/\{\{[\s\S]*?\}\}/g, change);
}

const CONDITIONS = new Set(["condition", "when", "all", "any", "not"]);
/** Keys below which nothing is an expression. */
export const WORDS = new Set([
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
