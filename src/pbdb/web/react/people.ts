// Hooks of what waits for people, and of how the tenant stands.

import type { Item, Payload, PbdbClient, Routes } from "@pbdb/client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { pbdbKeys } from "./keys.ts";
import { usePbdb } from "./provider.tsx";
import {
  from,
  list,
  type MutationSettings,
  query,
  type QuerySettings,
  set,
  useCall,
} from "./query.ts";

type InboxFilters = Omit<Routes["GET /inbox"]["query"], "after">;

export function inboxQueryOptions(client: PbdbClient, filters: InboxFilters = {}) {
  return list(
    pbdbKeys.inbox.list(filters),
    (after, signal) => client.inbox.list(from(filters, after), { signal }),
  );
}

/** What waits for somebody; `data` is the items of all pages asked for with `fetchNextPage()`. */
export function useInbox(filters: InboxFilters = {}, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(inboxQueryOptions(usePbdb(), filters), settings));
}

type DeadFilters = Omit<Routes["GET /dead-letters"]["query"], "after">;

export function deadLettersQueryOptions(client: PbdbClient, filters: DeadFilters = {}) {
  return list(
    pbdbKeys.deadLetters.list(filters),
    (after, signal) => client.deadLetters.list(from(filters, after), { signal }),
  );
}

export function useDeadLetters(filters: DeadFilters = {}, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(deadLettersQueryOptions(usePbdb(), filters), settings));
}

const put = [pbdbKeys.deadLetters.all, pbdbKeys.executions.all, pbdbKeys.overview];
type Requeued = Item<"POST /dead-letters:requeue">[];
type Discarded = Item<"POST /dead-letters:discard">[];

/** Try executions again; `data` is an outcome for each. */
export function useRequeueDeadLetter(settings?: MutationSettings<Requeued, string[]>) {
  return useCall<string[], Requeued>(
    (client, ids) => client.deadLetters.requeue(ids),
    () => put,
    settings,
  );
}

export interface Discard {
  executionIds: string[];
  reason: string;
}

/** Put executions aside; `data` is an outcome for each. */
export function useDiscardDeadLetter(settings?: MutationSettings<Discarded, Discard>) {
  return useCall<Discard, Discarded>(
    (client, { executionIds, reason }) => client.deadLetters.discard(executionIds, reason),
    () => put,
    settings,
  );
}

export interface Event {
  name: string;
  payload?: Payload;
  keepSeconds?: number;
  idempotencyKey?: string;
}

/** Tell an event; `data` is how many waited for it. */
export function useEmitEvent(settings?: MutationSettings<number, Event>) {
  return useCall<Event, number>(
    (client, { name, payload, ...options }) => client.emit(name, payload, options),
    () => [pbdbKeys.executions.lists, pbdbKeys.inbox.all],
    settings,
  );
}

export function overviewQueryOptions(client: PbdbClient) {
  return query(pbdbKeys.overview, (signal) => client.overview({ signal }));
}

/** How the tenant stands. */
export function useOverview(settings: QuerySettings = {}) {
  return useQuery(set(overviewQueryOptions(usePbdb()), settings));
}

type Span = Routes["GET /counts"]["query"];

export function executionCountsQueryOptions(client: PbdbClient, span: Span = {}) {
  return query(pbdbKeys.counts(span), (signal) => client.counts(span, { signal }));
}

/** Executions by status and hour or day. */
export function useExecutionCounts(span: Span = {}, settings: QuerySettings = {}) {
  return useQuery(set(executionCountsQueryOptions(usePbdb(), span), settings));
}

export function usageQueryOptions(client: PbdbClient, span: Routes["GET /usage"]["query"] = {}) {
  return query(pbdbKeys.usage(span), (signal) => client.usage(span, { signal }));
}

/** Tokens and cost of models. */
export function useUsage(
  span: Routes["GET /usage"]["query"] = {},
  settings: QuerySettings = {},
) {
  return useQuery(set(usageQueryOptions(usePbdb(), span), settings));
}

type AuditFilters = Omit<Routes["GET /audit"]["query"], "after">;

export function auditQueryOptions(client: PbdbClient, filters: AuditFilters = {}) {
  return list(
    pbdbKeys.audit(filters),
    (after, signal) => client.audit(from(filters, after), { signal }),
  );
}

/** Who did what, newest first; needs the scope `admin`. */
export function useAudit(filters: AuditFilters = {}, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(auditQueryOptions(usePbdb(), filters), settings));
}

export function meQueryOptions(client: PbdbClient) {
  return query(pbdbKeys.me, (signal) => client.me({ signal }));
}

/** Who asks, for which organization, with which scopes. */
export function useMe(settings: QuerySettings = {}) {
  return useQuery(set(meQueryOptions(usePbdb()), settings));
}
