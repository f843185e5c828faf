// `$step_<order>_output` reads a step by its number. What comes, goes or moves gives others another
// number: whoever reads them is made to read on what was read before.

import { isScalar, type Node, visit } from "yaml";

import { apply, put, valueAt } from "./change.ts";
import { edits } from "./diff.ts";
import type { Edit } from "./links.ts";
import { type Path, pathOfNode } from "./place.ts";
import { read, type Text } from "./read.ts";
import { quoted, WORDS } from "./rename.ts";
import { same } from "./write.ts";

interface Written {
  name?: unknown;
  order?: unknown;
  branches?: unknown;
  steps?: unknown;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** jsonb keeps shorter keys first, then by their bytes. */
function byJsonb([a]: [string, unknown], [b]: [string, unknown]): number {
  const [left, right] = [bytes(a), bytes(b)];
  if (left.length !== right.length) return left.length - right.length;
  for (let at = 0; at < left.length; at++) {
    if (left[at] !== right[at]) return left[at]! - right[at]!;
  }
  return 0;
}

/** The number of each step, as the database gives it: what it asks for, or its place, depth first. */
export function ordersOf(content: Text["content"]): Map<string, number> {
  const found = new Map<string, number>();
  let place = 0;
  const walk = (steps: unknown) => {
    if (!Array.isArray(steps)) return;
    for (const each of steps as Written[]) {
      if (typeof each !== "object" || each === null) continue;
      place++;
      const isOwn = Number.isInteger(each.order) && Number(each.order) >= 0;
      if (typeof each.name === "string") {
        found.set(each.name, isOwn ? Number(each.order) : place);
      }
      walk(each.steps);
      if (typeof each.branches === "object" && each.branches !== null) {
        for (const [, inner] of Object.entries(each.branches).sort(byJsonb)) walk(inner);
      }
    }
  };
  walk(content?.["steps"]);
  return found;
}

const NUMBERED = /(?<![\w.])(\$?)step_(\d+)_output(?!\w)/g;

/** The edit, and what reads steps by number reading the same ones afterwards. */
export function renumbered(text: Text, edit: Edit): Edit {
  if (edit.changes.length === 0 || !/step_\d+_output/.test(text.text)) return edit;
  const after = read(apply(text.text, edit.changes));
  if (!after.content) return edit;
  const is = ordersOf(after.content);
  const now = new Map<string, string>();
  for (const [name, order] of ordersOf(text.content)) {
    const other = is.get(name);
    // What is gone is named, so that the check says who still reads it.
    if (other === undefined) now.set(String(order), `steps.${quoted(name)}.output`);
    else if (other !== order) now.set(String(order), `step_${other}_output`);
  }
  if (now.size === 0) return edit;
  const found = readers(after, now);
  if (found.length === 0) return edit;
  const mended = apply(
    after.text,
    found.map(({ node, raw }) => ({ from: node.range![0], to: node.range![1], insert: raw })),
  );
  const wanted = structuredClone(after.content);
  for (const { path, value } of found) put(wanted, path, value);
  const count = found.length === 1 ? "1 place that reads" : `${found.length} places that read`;
  if (!same(read(mended).content, wanted)) {
    return { ...edit, said: `${edit.said} Look at ${count} a step by its number.` };
  }
  return {
    ...edit,
    changes: edits(text.text, mended),
    said: `${edit.said} Renumbered ${count} a step by its number.`,
  };
}

interface Reader {
  node: Node;
  path: Path;
  raw: string;
  value: string;
}

function readers(text: Text, now: Map<string, string>): Reader[] {
  const found: Reader[] = [];
  const inPath = (path: string, isTag: boolean) =>
    path.replace(NUMBERED, (all, sign: string, order: string) => {
      const said = now.get(order);
      if (said === undefined || (sign === "" && !isTag)) return all;
      // A tag may leave the sign away, but not before a quoted name.
      return (sign || (/"/.test(said) ? "$" : "")) + said;
    });
  const changed = (said: string, isTemplate: boolean) =>
    isTemplate
      ? said.replace(/\{\{[\s\S]*?\}\}/g, (tag) => inPath(tag, true))
      : inPath(said, false);
  visit(text.yaml, {
    Scalar(key, node, ancestors) {
      if (key === "key" || typeof node.value !== "string" || !node.range || !isScalar(node)) return;
      const path = pathOfNode(node, ancestors as Node[]);
      if (path.some((each) => typeof each === "string" && WORDS.has(each))) return;
      const isTemplate = /\{\{/.test(node.value) && !/^\$[^$]/.test(node.value);
      if (node.value.startsWith("$$")) return;
      const value = changed(node.value, isTemplate);
      if (value === node.value) return;
      const raw = changed(text.text.slice(node.range[0], node.range[1]), isTemplate);
      if (valueAt(text.content, path) === node.value) found.push({ node, path, raw, value });
    },
  });
  return found;
}
