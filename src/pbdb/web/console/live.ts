// One execution, live: a message says that something is new, the queries fetch what is shown.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { errorOf as problemOf } from "../client/errors.ts";

export type Live = "connecting" | "live" | "interrupted" | "ended";

/** `isOver`: as the page shows it. What is retried is followed again. */
export function useLive(id: string, isOver: boolean): Live {
  const queries = useQueryClient();
  const [state, setState] = useState<Live>("connecting");
  useEffect(() => {
    if (isOver) {
      // Its steps may have been asked for a moment before its end.
      void queries.invalidateQueries({ queryKey: ["execution", id] });
      return setState("ended");
    }
    const stop = new AbortController();
    let timer = 0;
    const changed = (isLast: boolean) => {
      if (timer && !isLast) return;
      clearTimeout(timer);
      // Many changes at once are one look.
      timer = setTimeout(() => {
        timer = 0;
        void queries.invalidateQueries({ queryKey: ["execution", id] });
      }, isLast ? 0 : 200);
    };
    void follow(id, stop.signal, setState, changed);
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [id, isOver, queries]);
  return state;
}

async function follow(
  id: string,
  signal: AbortSignal,
  say: (state: Live) => void,
  changed: (isLast: boolean) => void,
) {
  let cursor = "";
  for (let pause = 1000; !signal.aborted; pause = Math.min(pause * 2, 15000)) {
    try {
      const headers: Record<string, string> = cursor ? { "Last-Event-ID": cursor } : {};
      const response = await fetch(`v1/executions/${id}/events`, { headers, signal });
      if (!response.ok) {
        const problem = await problemOf(response);
        if (problem.status < 500 && problem.status !== 429) return say("ended");
        throw problem;
      }
      say("live");
      pause = 500;
      for await (const event of events(response.body!)) {
        cursor = event.id || cursor;
        if (event.kind === "end") {
          changed(true);
          return say("ended");
        }
        changed(false);
      }
    } catch {
      if (signal.aborted) return;
      say("interrupted");
    }
    await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random())));
  }
}

async function* events(body: ReadableStream<Uint8Array>) {
  const reader = body.pipeThrough(new TextDecoderStream() as never).getReader();
  let rest = "";
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) {
      const said = { id: "", kind: "" };
      for (const line of part.split("\n")) {
        if (line.startsWith("id: ")) said.id = line.slice(4);
        if (line.startsWith("event: ")) said.kind = line.slice(7);
      }
      if (said.kind) yield said;
    }
  }
}
