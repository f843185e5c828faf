// The streams of an app: one for an execution, however many components look at it.

import {
  type Connection,
  type GetExecutionRow,
  type LiveExecution,
  type PbdbClient,
  PbdbError,
  type Picture,
} from "@pbdb/client";
import type { QueryClient } from "@tanstack/react-query";

import { pbdbKeys } from "./keys.ts";

/** How the live view of an execution is. `idle`: nobody asked for it, or the page is hidden. */
export interface Live {
  state: Connection | "idle" | "ended" | "failed";
  error: PbdbError | null;
}

interface Feed {
  watchers: Set<() => void>;
  live: Live;
  stop: AbortController | null;
  last: LiveExecution | null;
}

const IDLE: Live = { state: "idle", error: null };
// A component that is mounted again at once, as StrictMode does, keeps the stream.
const GRACE = 100;
// A hidden page lets its connections go: a browser has six for a server, over all its tabs.
const HIDDEN = 10_000;
// Many changes at once are one look.
const TOGETHER = 200;

export class Hub {
  private readonly feeds = new Map<string, Feed>();

  constructor(private readonly client: PbdbClient, private readonly queries: QueryClient) {}

  live(id: string | undefined): Live {
    return (id !== undefined && this.feeds.get(id)?.live) || IDLE;
  }

  /** Follow an execution for as long as somebody watches; returns what ends that. */
  watch(id: string, watcher: () => void): () => void {
    const feed = this.feeds.get(id) ??
      { watchers: new Set(), live: IDLE, stop: null, last: null };
    this.feeds.set(id, feed);
    feed.watchers.add(watcher);
    if (feed.stop === null) this.start(id, feed);
    return () => {
      feed.watchers.delete(watcher);
      setTimeout(() => {
        if (feed.watchers.size > 0 || this.feeds.get(id) !== feed) return;
        feed.stop?.abort();
        this.feeds.delete(id);
      }, GRACE);
    };
  }

  /** Follow again what has ended and goes on: it was retried. */
  again(id: string) {
    const feed = this.feeds.get(id);
    if (feed && ["ended", "failed"].includes(feed.live.state)) this.start(id, feed);
  }

  /** Let go of the connections while the page is hidden. */
  watchVisibility(): () => void {
    if (typeof document === "undefined") return () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    const changed = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => this.rest(), HIDDEN);
      else this.wake();
    };
    document.addEventListener("visibilitychange", changed);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", changed);
    };
  }

  private rest() {
    for (const feed of this.feeds.values()) {
      if (feed.live.state === "ended") continue;
      feed.stop?.abort();
      this.say(feed, IDLE);
    }
  }

  private wake() {
    for (const [id, feed] of this.feeds) {
      if (feed.live.state === "idle" && feed.watchers.size > 0) this.start(id, feed);
    }
  }

  private start(id: string, feed: Feed) {
    feed.stop?.abort();
    const stop = feed.stop = new AbortController();
    this.run(id, feed, stop.signal).catch((error) => {
      if (!stop.signal.aborted) this.say(feed, { state: "failed", error });
    });
  }

  private async run(id: string, feed: Feed, signal: AbortSignal) {
    const onConnection = (state: Connection) => this.say(feed, { state, error: null });
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      for await (const picture of this.client.executions.follow(id, { signal, onConnection })) {
        this.keep(id, feed, picture);
        if (picture.isOver) break;
        timer ??= setTimeout(() => {
          timer = undefined;
          this.refresh(id, false);
        }, TOGETHER);
      }
      if (signal.aborted) return;
      this.say(feed, { state: "ended", error: null });
      this.refresh(id, true);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Put a picture into the cache, where every component sees it. */
  private keep(id: string, feed: Feed, picture: Picture) {
    const { execution } = picture;
    const keys = pbdbKeys.executions;
    this.queries.setQueryData(keys.live(id), picture);
    this.queries.setQueryData<GetExecutionRow>(
      keys.detail(id),
      (old) => old && merged(old, execution),
    );
    this.queries.setQueryData(keys.progress(id), (old: object | undefined) =>
      old && {
        ...old,
        status: execution.status,
        progressPercentage: execution.progressPercentage,
        completedSteps: execution.completedSteps,
        totalSteps: execution.totalSteps,
        currentStepName: execution.currentStepName,
      });
    const before = feed.last;
    feed.last = execution;
    if (before && before.status !== execution.status) {
      void this.queries.invalidateQueries({ queryKey: keys.lists });
    }
    if (before?.pauseReason !== execution.pauseReason) {
      void this.queries.invalidateQueries({ queryKey: pbdbKeys.inbox.all });
    }
  }

  /** Ask anew for what a stream does not carry: outputs, attempts with their errors. */
  private refresh(id: string, isOver: boolean) {
    const keys = pbdbKeys.executions;
    const stale = isOver
      ? [keys.detail(id), keys.lists, pbdbKeys.inbox.all, pbdbKeys.overview]
      : [keys.steps(id), keys.timeline(id).slice(0, -1), keys.diagnosis(id)];
    for (const queryKey of stale) void this.queries.invalidateQueries({ queryKey });
  }

  private say(feed: Feed, live: Live) {
    feed.live = live;
    for (const watcher of feed.watchers) watcher();
  }
}

/** Columns that a stream tells only while they have a value. */
const PASSING = [
  "executionName",
  "currentStepName",
  "pauseReason",
  "deadlineAt",
  "errorCode",
  "startedAt",
  "completedAt",
] as const;

/** A row with what a stream said of it; what it no longer says is no longer so. */
export function merged(row: GetExecutionRow, live: LiveExecution): GetExecutionRow {
  const { rev: _, ...columns } = live;
  const kept = { ...row };
  for (const each of PASSING) delete kept[each];
  return { ...kept, ...columns };
}
