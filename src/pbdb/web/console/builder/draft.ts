// The draft that a text is saved as: what was read, what is written, and what another person did.

import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import type { Text } from "../../document/read.ts";
import { write } from "../../document/write.ts";
import { call, type Page, type Playbook, type PlaybookVersion, Problem } from "../api.ts";

export interface Draft {
  playbook_id: string;
  version: number;
  hash: string;
  document: Record<string, unknown>;
  source: string | null;
  saved_by: string | null;
  saved_at: string;
}

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
function keep(name: string, kept: Kept | null) {
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
export function textOf(it: { source: string | null; document: object }): string {
  const { version: _, ...document } = it.document as Record<string, unknown>;
  return it.source ?? write(document);
}

export async function open(name: string): Promise<Opened> {
  const found = await stored(name);
  const kept = keptOf(name);
  // With what it began with: when somebody has saved meanwhile, the next save tells.
  return kept && kept.text !== found.base.text
    ? { ...found, base: kept.base, kept: kept.text }
    : found;
}

async function stored(name: string): Promise<Opened> {
  const base = `/playbooks/${encodeURIComponent(name)}`;
  const { items } = await call<Page<PlaybookVersion>>("GET", `${base}/versions?limit=100`);
  const version = async (number: number) =>
    textOf(await call<Playbook>("GET", `${base}/versions/${number}`));
  const current = items.find((each) => each.status === "ACTIVE");
  const active = current
    ? { version: current.version, text: await version(current.version) }
    : null;
  if (items.some((each) => each.status === "DRAFT")) {
    const draft = await call<Draft>("GET", `${base}/draft`);
    return {
      base: { hash: draft.hash, version: draft.version, text: textOf(draft) },
      active,
      from: null,
      kept: null,
    };
  }
  const from = active?.version ?? items[0]?.version ?? null;
  const text = active?.text ?? (from === null ? fresh(name) : await version(from));
  return { base: { hash: null, version: null, text }, active, from, kept: null };
}

function fresh(name: string): string {
  return write({ name, description: "", steps: [] }).replace(
    /description: .*\n/,
    "description: What it is for\n",
  );
}

export interface Conflict {
  theirs: Draft | null;
  text: string;
}

type State = { kind: "same" | "changed" | "saving" | "saved" | "refused"; error?: unknown };

export function useDraft(name: string, opened: Opened, text: Text, canSave: boolean) {
  const [base, setBase] = useState(opened.base);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [state, setState] = useState<State>({ kind: "same" });
  const queries = useQueryClient();
  const running = useRef<Promise<Base | null> | null>(null);
  const url = `/playbooks/${encodeURIComponent(name)}/draft`;

  const put = useCallback(async (now: Text, expected: Base): Promise<Base | null> => {
    setState({ kind: "saving" });
    try {
      const headers: Record<string, string> = expected.hash
        ? { "If-Match": `"${expected.hash}"` }
        : {};
      const saved = await call<Draft>(
        "PUT",
        url,
        { document: now.content, source: now.text },
        headers,
      );
      const next = { hash: saved.hash, version: saved.version, text: now.text };
      setBase(next);
      setConflict(null);
      setState({ kind: "saved" });
      void queries.invalidateQueries({ queryKey: ["playbook", name] });
      void queries.invalidateQueries({ queryKey: ["playbooks"] });
      return next;
    } catch (error) {
      if (error instanceof Problem && error.status === 412) {
        const theirs = await call<Draft>("GET", url).catch(() => null);
        setConflict({ theirs, text: theirs ? textOf(theirs) : "" });
      }
      setState({ kind: "refused", error });
      return null;
    }
  }, [name, queries, url]);

  /** One at a time: what is typed while one is on its way is saved after it. */
  const save = useCallback((now: Text, expected: Base) => {
    running.current = (running.current ?? Promise.resolve(null)).then((last) =>
      put(now, last ?? expected)
    );
    const mine = running.current;
    void mine.finally(() => {
      if (running.current === mine) running.current = null;
    });
    return mine;
  }, [put]);

  const isChanged = text.text !== base.text;
  useEffect(() => {
    if (!isChanged || !canSave || conflict || state.kind === "saving") return;
    if (state.kind === "refused" && state.error instanceof Problem && state.error.status < 500) {
      return;
    }
    const timer = setTimeout(() => void save(text, base), 1000);
    return () => clearTimeout(timer);
  }, [text, base, isChanged, canSave, conflict, state, save]);
  useEffect(() => {
    // A new text is a new attempt.
    setState((last) => last.kind === "refused" ? { kind: "changed" } : last);
  }, [text.text]);
  useEffect(() => keep(name, isChanged ? { text: text.text, base } : null), [
    name,
    isChanged,
    text.text,
    base,
  ]);
  useEffect(() => {
    if (!isChanged) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isChanged]);

  return { base, setBase, conflict, setConflict, state, isChanged, save };
}
