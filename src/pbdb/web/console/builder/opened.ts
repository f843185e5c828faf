// What the builder begins with: the draft if there is one, else the version that it will become.

import type { GetDraftRow, PbdbClient } from "@pbdb/client";

import { write } from "../../document/write.ts";

/** `hash` and `version` are null as long as there is no draft; `text` is what both began with. */
export interface Base {
  hash: string | null;
  version: number | null;
  text: string;
}

export interface Opened {
  base: Base;
  /** The version that new executions take now, as text. */
  active: { version: number; text: string } | null;
  /** The version that the text began as, where there was no draft. */
  from: number | null;
  /** What was typed and not saved when the page was left; null for nothing. */
  kept: string | null;
}

/** What is not saved yet outlives the page, for this tab: it may be malformed, or the server away. */
interface Kept {
  text: string;
  base: Base;
}

const keyOf = (name: string) => `pbdb-unsaved:${name}`;

export function keep(name: string, kept: Kept | null) {
  try {
    if (kept) sessionStorage.setItem(keyOf(name), JSON.stringify(kept));
    else sessionStorage.removeItem(keyOf(name));
  } catch { /* full, or not allowed: then it lives as long as the page */ }
}

function keptOf(name: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(name)) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}

/** As it was written; else as one would write it, without the number that each version has anyway. */
export function textOf(it: Pick<GetDraftRow, "source" | "document">): string {
  const { version: _, ...document } = it.document as Record<string, unknown>;
  return it.source ?? write(document);
}

export async function open(client: PbdbClient, name: string): Promise<Opened> {
  const found = await stored(client, name);
  const kept = keptOf(name);
  // With what it began with: when somebody has saved meanwhile, the next save tells.
  return kept && kept.text !== found.base.text
    ? { ...found, base: kept.base, kept: kept.text }
    : found;
}

async function stored({ playbooks }: PbdbClient, name: string): Promise<Opened> {
  const { items } = await playbooks.versions(name, { limit: 100 });
  const version = async (version: number) => textOf(await playbooks.get(name, { version }));
  const current = items.find((each) => each.status === "ACTIVE");
  const active = current
    ? { version: current.version, text: await version(current.version) }
    : null;
  if (items.some((each) => each.status === "DRAFT")) {
    const draft = await playbooks.draft(name);
    const base = { hash: draft.hash ?? null, version: draft.version, text: textOf(draft) };
    return { base, active, from: null, kept: null };
  }
  const from = active?.version ?? items[0]?.version ?? null;
  const text = active?.text ?? (from === null ? fresh(name) : await version(from));
  return { base: { hash: null, version: null, text }, active, from, kept: null };
}

function fresh(name: string): string {
  return write({ name, description: "", steps: [] })
    .replace(/description: .*\n/, "description: What it is for\n");
}
