// Hooks of executions: start, see, follow, steer.

import {
  type Item,
  type JsonObject,
  type Payload,
  type PbdbClient,
  type Picture,
  type Routes,
} from "@pbdb/client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useSyncExternalStore } from "react";

import type { Hub, Live } from "./hub.ts";
import { pbdbKeys } from "./keys.ts";
import { useGiven, usePbdb } from "./provider.tsx";
import {
  from,
  list,
  type MutationSettings,
  query,
  type QuerySettings,
  set,
  useCall,
} from "./query.ts";

const keys = pbdbKeys.executions;
const OVER: readonly string[] = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"];

/** Whether an execution has ended; only a retry moves it again. */
export function isOver(status: string | undefined): boolean {
  return status !== undefined && OVER.includes(status);
}

export interface LiveSettings extends QuerySettings {
  /** Follow it: changes are seen as they happen. One stream, however many components follow. */
  live?: boolean;
}

type Filters = Omit<Routes["GET /executions"]["query"], "after">;

export function executionsQueryOptions(client: PbdbClient, filters: Filters = {}) {
  return list(
    keys.list(filters),
    (after, signal) => client.executions.list(from(filters, after), { signal }),
  );
}

/** The newest first; `data` is the rows of all pages asked for with `fetchNextPage()`. */
export function useExecutions(filters: Filters = {}, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(executionsQueryOptions(usePbdb(), filters), settings));
}

export function executionQueryOptions(client: PbdbClient, id?: string) {
  return query(
    keys.detail(id),
    id === undefined ? null : (signal) => client.executions.get(id, { signal }),
  );
}

/** One execution with its input and output; undefined as id waits until there is one. */
export function useExecution(id: string | undefined, settings: LiveSettings = {}) {
  const { live, ...rest } = settings;
  const found = useQuery(set(executionQueryOptions(usePbdb(), id), rest));
  useFollowed(live ? id : undefined, found.data);
  return found;
}

export function executionProgressQueryOptions(client: PbdbClient, id?: string) {
  return query(
    keys.progress(id),
    id === undefined ? null : (signal) => client.executions.progress(id, { signal }),
  );
}

/** How far it is, without payloads. */
export function useExecutionProgress(id: string | undefined, settings: LiveSettings = {}) {
  const { live, ...rest } = settings;
  const found = useQuery(set(executionProgressQueryOptions(usePbdb(), id), rest));
  useFollowed(live ? id : undefined, found.data);
  return found;
}

export function executionStepsQueryOptions(client: PbdbClient, id?: string) {
  return query(
    keys.steps(id),
    id === undefined ? null : (signal) => client.executions.steps(id, { signal }),
  );
}

/** A row a step, with counts by status. */
export function useExecutionSteps(id: string | undefined, settings: LiveSettings = {}) {
  const { live, ...rest } = settings;
  useExecutionEvents(live ? id : undefined);
  return useQuery(set(executionStepsQueryOptions(usePbdb(), id), rest));
}

type Part = Omit<Routes["GET /executions/{id}/timeline"]["query"], "after">;

export function executionTimelineQueryOptions(client: PbdbClient, id?: string, part: Part = {}) {
  return list(
    keys.timeline(id, part),
    id === undefined
      ? null
      : (after, signal) => client.executions.timeline(id, from(part, after), { signal }),
  );
}

/** Attempts in order; `data` is those of all pages asked for with `fetchNextPage()`. */
export function useExecutionTimeline(
  id: string | undefined,
  part: Part = {},
  settings: LiveSettings = {},
) {
  const { live, ...rest } = settings;
  useExecutionEvents(live ? id : undefined);
  return useInfiniteQuery(set(executionTimelineQueryOptions(usePbdb(), id, part), rest));
}

export function executionDiagnosisQueryOptions(client: PbdbClient, id?: string) {
  return query(
    keys.diagnosis(id),
    id === undefined ? null : (signal) => client.executions.diagnosis(id, { signal }),
  );
}

/** Why it does not move, and what moves it. */
export function useExecutionDiagnosis(id: string | undefined, settings: QuerySettings = {}) {
  return useQuery(set(executionDiagnosisQueryOptions(usePbdb(), id), settings));
}

export function stepResultQueryOptions(client: PbdbClient, stepResultId?: string) {
  return query(
    pbdbKeys.stepResults.detail(stepResultId),
    stepResultId === undefined
      ? null
      : (signal) => client.executions.stepResult(stepResultId, { signal }),
  );
}

/** An attempt with its input, request, output and error. */
export function useStepResult(stepResultId: string | undefined, settings: QuerySettings = {}) {
  return useQuery(set(stepResultQueryOptions(usePbdb(), stepResultId), settings));
}

/**
 * Follow an execution: what happens is written into the query cache, where every hook sees it.
 * `picture` is the newest state with its attempts; `state` how the connection is.
 */
export function useExecutionEvents(
  id: string | undefined,
): Live & { picture: Picture | undefined } {
  const { hub } = useGiven();
  const subscribe = useCallback(
    (changed: () => void) => id === undefined ? () => {} : hub.watch(id, changed),
    [hub, id],
  );
  const look = () => hub.live(id);
  const live = useSyncExternalStore(subscribe, look, look);
  const picture = useQuery<Picture>({
    queryKey: keys.live(id),
    // Only the stream writes it.
    queryFn: () => Promise.reject(new Error("written by the stream")),
    enabled: false,
  });
  return { ...live, picture: picture.data };
}

/** Follow it, and again when it goes on after its end. */
function useFollowed(id: string | undefined, row: { status?: string } | undefined) {
  const { hub } = useGiven();
  const { state } = useExecutionEvents(id);
  const goesOn = id !== undefined && state === "ended" && row !== undefined && !isOver(row.status);
  useEffect(() => {
    if (goesOn) hub.again(id);
  }, [goesOn, hub, id]);
}

export interface Start {
  name: string;
  input?: Payload;
  executionName?: string;
  metadata?: JsonObject;
  /** One is made for each call of `mutate`, so that its retries start nothing twice. */
  idempotencyKey?: string;
}

// Of the variables of a mutation, which are the same object when it is tried again.
const startKeys = new WeakMap<Start, string>();

function keyOf(start: Start): string {
  if (start.idempotencyKey !== undefined) return start.idempotencyKey;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const key = startKeys.get(start) ?? [...bytes].map((each) => each.toString(16)).join("-");
  startKeys.set(start, key);
  return key;
}

/** Start a playbook; `data` is the execution's id. */
export function useStartPlaybook(settings?: MutationSettings<string, Start>) {
  return useCall<Start, string>(
    (client, start) => {
      const { name, input, ...options } = start;
      return client.executions.start(name, input, { ...options, idempotencyKey: keyOf(start) });
    },
    () => [keys.lists, pbdbKeys.playbooks.lists, pbdbKeys.inbox.all, pbdbKeys.overview],
    settings,
  );
}

export interface Run {
  name: string;
  input?: Payload;
}

/** Run a playbook that needs no runner; `data` is its output. */
export function useRunPlaybook(settings?: MutationSettings<Payload, Run>) {
  return useCall<Run, Payload>(
    (client, { name, input }) => client.playbooks.run(name, input),
    () => [keys.lists],
    settings,
  );
}

const moved = (id: string) => [keys.detail(id), keys.lists, pbdbKeys.inbox.all];

export function usePauseExecution(settings?: MutationSettings<void, string>) {
  return useCall<string, void>((client, id) => client.executions.pause(id), moved, settings);
}

export function useResumeExecution(settings?: MutationSettings<void, string>) {
  return useCall<string, void>((client, id) => client.executions.resume(id), moved, settings);
}

/** Move it on now, when something was left for the next claim or sweep. */
export function useAdvanceExecution(settings?: MutationSettings<void, string>) {
  return useCall<string, void>((client, id) => client.executions.advance(id), moved, settings);
}

export interface Cancel {
  id: string;
  reason?: string;
}

export function useCancelExecution(settings?: MutationSettings<void, Cancel>) {
  return useCall<Cancel, void>(
    (client, { id, ...body }) => client.executions.cancel(id, body),
    ({ id }) => moved(id),
    settings,
  );
}

export interface Retry {
  id: string;
  fromStep?: string;
  input?: Payload;
}

export function useRetryExecution(settings?: MutationSettings<void, Retry>) {
  return useCall<Retry, void>(
    (client, { id, ...body }) => client.executions.retry(id, body),
    ({ id }, hub: Hub) => {
      hub.again(id);
      return [...moved(id), pbdbKeys.deadLetters.all];
    },
    settings,
  );
}

type Cancelled = Item<"POST /executions:cancel">[];
type Retried = Item<"POST /executions:retry">[];

/** Cancel many; `data` is an outcome for each. */
export function useCancelExecutions(
  settings?: MutationSettings<Cancelled, { ids: string[]; reason?: string }>,
) {
  return useCall<{ ids: string[]; reason?: string }, Cancelled>(
    (client, { ids, reason }) => client.executions.cancelAll(ids, reason),
    () => [keys.all, pbdbKeys.inbox.all],
    settings,
  );
}

/** Retry many; `data` is an outcome for each. */
export function useRetryExecutions(settings?: MutationSettings<Retried, { ids: string[] }>) {
  return useCall<{ ids: string[] }, Retried>(
    (client, { ids }) => client.executions.retryAll(ids),
    () => [keys.all, pbdbKeys.deadLetters.all],
    settings,
  );
}

export interface StepAnswer {
  executionId: string;
  /** The inbox's `stepAddress`. */
  step: string;
  answer: Payload;
  answeredBy?: string;
}

/** Give a waiting step its answer; PB012 when it does not fit. */
export function useAnswerStep(settings?: MutationSettings<void, StepAnswer>) {
  return useCall<StepAnswer, void>(
    (client, { executionId, step, answer, ...options }) =>
      client.executions.answer(executionId, step, answer, options),
    ({ executionId }) => moved(executionId),
    settings,
  );
}
