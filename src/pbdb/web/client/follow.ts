// One execution, live: what it looks like, again whenever something changed, until its end.

import { Caller, delay, sleep } from "./call.ts";
import { camelRow } from "./columns.ts";
import { PbdbError } from "./errors.ts";
import { events, type ServerEvent } from "./events.ts";
import type {
  GetExecutionRow,
  GetExecutionStepsRow,
  JsonObject,
  StepResultStatus,
} from "./types.ts";

/** An execution as the stream tells it: without payloads. `rev` is the transaction that wrote it. */
export type LiveExecution =
  & Pick<
    GetExecutionRow,
    | "executionId"
    | "playbookId"
    | "playbookName"
    | "version"
    | "status"
    | "progressPercentage"
    | "completedSteps"
    | "totalSteps"
  >
  & Partial<
    Pick<
      GetExecutionRow,
      | "executionName"
      | "currentStepName"
      | "pauseReason"
      | "deadlineAt"
      | "errorCode"
      | "startedAt"
      | "completedAt"
    >
  >
  & { rev: number };

/** An attempt of a step as the stream tells it. */
export interface LiveStep {
  stepResultId: string;
  stepId: string;
  stepName: string;
  status: StepResultStatus;
  visit: number;
  attemptNumber: number;
  branch?: string;
  itemIndex?: number;
  startedAt?: string;
  completedAt?: string;
  worker?: string;
  isLost: boolean;
  errorCode?: string;
  rev: number;
}

/** All that is known of an execution at a moment. */
export interface Picture {
  execution: LiveExecution;
  /** The attempts, the oldest first; those in branches only while there are at most 200. */
  steps: LiveStep[];
  /** Steps with counts by status, where attempts are only counted. */
  counts: GetExecutionStepsRow[];
  /** Where to go on from: the `after` of a later follow. */
  cursor: string;
  /** It has ended, and this is the last picture. */
  isOver: boolean;
}

export type Connection = "connecting" | "live" | "interrupted";

export interface FollowOptions {
  signal?: AbortSignal | undefined;
  /** The cursor of a picture: only what came since is told, so `steps` has only those attempts. */
  after?: string;
  /** How the connection is, whenever that changes. */
  onConnection?: (state: Connection) => void;
}

// The server sends a comment each 15 seconds; a connection without is dead.
const SILENCE = 45_000;

/** Yield pictures until the execution has ended; reconnects for as long as nobody aborts. */
export async function* follow(
  caller: Caller,
  id: string,
  options: FollowOptions,
): AsyncGenerator<Picture> {
  const { signal, onConnection } = options;
  const canvas = new Canvas(options.after ?? "");
  onConnection?.("connecting");
  for (let failures = 0;;) {
    const silence = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const beat = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE);
    };
    try {
      beat();
      const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (canvas.cursor) headers["Last-Event-ID"] = canvas.cursor;
      const path = `v1/executions/${encodeURIComponent(id)}/events`;
      const answer = await caller.send("GET", path, undefined, false, {
        signal: either,
        headers,
        timeout: 0,
      });
      onConnection?.("live");
      for await (const event of events(answer.body!, beat)) {
        failures = 0;
        const picture = canvas.draw(event);
        if (picture) yield picture;
        if (event.kind === "end") return;
        if (canvas.isTorn) break;
      }
    } catch (error) {
      if (signal?.aborted) throw new PbdbError(0, "ABORTED", "the call was aborted");
      if (PbdbError.is(error) && isFinal(error)) throw error;
    } finally {
      clearTimeout(timer);
    }
    if (canvas.isTorn) canvas.clear();
    else onConnection?.("interrupted");
    await sleep(delay(failures++), signal);
  }
}

/** Whether asking again is of no use: no such execution, no right to see it. */
function isFinal(error: PbdbError): boolean {
  return error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);
}

/** The picture that events are drawn on. */
class Canvas {
  private execution: LiveExecution | null = null;
  private steps = new Map<string, LiveStep>();
  private counts = new Map<string, GetExecutionStepsRow>();
  private isWhole = false;
  /** An attempt that it has was taken back: only a snapshot says which. */
  isTorn = false;

  constructor(public cursor: string) {}

  clear() {
    this.steps.clear();
    this.counts.clear();
    this.cursor = "";
    this.isTorn = false;
    this.isWhole = false;
  }

  draw(event: ServerEvent): Picture | null {
    this.cursor = event.id || this.cursor;
    if (event.kind === "end") return this.picture(true);
    if (event.kind !== "snapshot" && event.kind !== "change") return null;
    const said = JSON.parse(event.data) as JsonObject;
    if (event.kind === "snapshot") {
      this.steps.clear();
      this.counts.clear();
      this.isWhole = true;
    }
    const execution = camelRow<LiveExecution>(said.execution);
    if (!this.execution || isNewer(execution.rev, this.execution.rev)) this.execution = execution;
    for (const each of said.steps as JsonObject[]) {
      const step = camelRow<LiveStep>(each);
      const known = this.steps.get(step.stepResultId);
      if (!known || isNewer(step.rev, known.rev)) this.steps.set(step.stepResultId, step);
    }
    for (const each of said.counts as JsonObject[]) {
      const count = camelRow<GetExecutionStepsRow>(each);
      this.counts.set(count.stepId, count);
    }
    this.isTorn = this.isWhole && this.steps.size > (said.rows as number);
    return this.isTorn ? null : this.picture(false);
  }

  private picture(isOver: boolean): Picture | null {
    if (!this.execution) return null;
    const steps = [...this.steps.values()].sort((a, b) => a.stepResultId < b.stepResultId ? -1 : 1);
    const counts = [...this.counts.values()].sort((a, b) => a.stepOrder - b.stepOrder);
    return { execution: this.execution, steps, counts, cursor: this.cursor, isOver };
  }
}

/** Transactions are counted modulo 2^32; the same one is as good as a newer one. */
function isNewer(rev: number, than: number): boolean {
  return ((rev - than) | 0) >= 0;
}
