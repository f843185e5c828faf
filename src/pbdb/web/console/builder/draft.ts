// The draft that a text is saved as, and what another person did to it meanwhile.

import { type GetDraftRow, type JsonObject, PbdbError } from "@pbdb/client";
import { pbdbKeys, usePbdb } from "@pbdb/react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import type { Text } from "../../document/read.ts";
import { type Base, keep, type Opened, textOf } from "./opened.ts";

export interface Conflict {
  theirs: GetDraftRow | null;
  text: string;
}

interface State {
  kind: "same" | "changed" | "saving" | "saved" | "refused";
  error?: unknown;
}

export interface Draft {
  base: Base;
  setBase: (base: Base) => void;
  conflict: Conflict | null;
  setConflict: (conflict: Conflict | null) => void;
  state: State;
  isChanged: boolean;
  /** Save it; null when that was refused. One at a time. */
  save: (now: Text, expected: Base) => Promise<Base | null>;
}

const PAUSE_MS = 1000;

export function useDraft(name: string, opened: Opened, text: Text, canSave: boolean): Draft {
  const client = usePbdb();
  const queries = useQueryClient();
  const [base, setBase] = useState(opened.base);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [state, setState] = useState<State>({ kind: "same" });
  const running = useRef<Promise<Base | null> | null>(null);

  const put = useCallback(async (now: Text, expected: Base): Promise<Base | null> => {
    setState({ kind: "saving" });
    try {
      const saved = await client.playbooks.saveDraft(now.content as JsonObject, {
        source: now.text,
        ...(expected.hash ? { ifMatch: expected.hash } : {}),
      });
      const next = { hash: saved.hash ?? null, version: saved.version, text: now.text };
      setBase(next);
      setConflict(null);
      setState({ kind: "saved" });
      void queries.invalidateQueries({ queryKey: pbdbKeys.playbooks.detail(name) });
      void queries.invalidateQueries({ queryKey: pbdbKeys.playbooks.lists });
      return next;
    } catch (error) {
      if (PbdbError.is(error) && error.status === 412) {
        const theirs = await client.playbooks.draft(name).catch(() => null);
        setConflict({ theirs, text: theirs ? textOf(theirs) : "" });
      }
      setState({ kind: "refused", error });
      return null;
    }
  }, [client, name, queries]);

  /** What is typed while one is on its way is saved after it. */
  const save = useCallback((now: Text, expected: Base) => {
    running.current = (running.current ?? Promise.resolve(null))
      .then((last) => put(now, last ?? expected));
    const mine = running.current;
    void mine.finally(() => {
      if (running.current === mine) running.current = null;
    });
    return mine;
  }, [put]);

  const isChanged = text.text !== base.text;
  useEffect(() => {
    if (!isChanged || !canSave || conflict || state.kind === "saving") return;
    if (state.kind === "refused" && PbdbError.is(state.error) && !state.error.isTransient) return;
    const timer = setTimeout(() => void save(text, base), PAUSE_MS);
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
