// What the hooks of this package are made of.

import { type Page, type PbdbClient, PbdbError } from "@pbdb/client";
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryKey,
  queryOptions,
  useMutation,
  type UseMutationOptions,
  useQueryClient,
} from "@tanstack/react-query";

import { useGiven } from "./provider.tsx";
import type { Hub } from "./hub.ts";

/** What a hook of a query may be told beside what it asks for. */
export interface QuerySettings {
  enabled?: boolean;
  staleTime?: number;
  refetchInterval?: number | false;
}

/** A query; without `work` it waits until it is known what to ask for. */
export function query<T>(key: QueryKey, work: ((signal: AbortSignal) => Promise<T>) | null) {
  return queryOptions<T, PbdbError>({
    queryKey: key,
    queryFn: ({ signal }) => (work ?? nothing)(signal),
    enabled: work !== null,
    // The client has tried again what may be tried again.
    retry: false,
  });
}

function nothing(): Promise<never> {
  return Promise.reject(new Error("it is not known yet what to ask for"));
}

/** Options with what the hook was told; a query that does not know what to ask for stays off. */
export function set<O extends { enabled?: unknown }>(options: O, settings: QuerySettings): O {
  const enabled = options.enabled !== false && settings.enabled !== false;
  return { ...options, ...settings, enabled };
}

type After = string | undefined;

/** A list: `data` is the items of all pages that were asked for. */
export function list<T>(
  key: QueryKey,
  work: ((after: After, signal: AbortSignal) => Promise<Page<T>>) | null,
) {
  return infiniteQueryOptions<Page<T>, PbdbError, T[], QueryKey, After>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => work ? work(pageParam, signal) : nothing(),
    enabled: work !== null,
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    select: itemsOf,
    retry: false,
  });
}

function itemsOf<T>(data: InfiniteData<Page<T>, After>): T[] {
  return data.pages.flatMap((page) => page.items);
}

/** The query of a page: its filters and where it begins. */
export function from<Q extends object>(filters: Q, after: After): Q & { after?: string } {
  return after === undefined ? filters : { ...filters, after };
}

export type MutationSettings<T, V> = Omit<UseMutationOptions<T, PbdbError, V>, "mutationFn">;

/** A call that changes something; afterwards what it touched is asked for anew. */
export function useCall<V, T>(
  call: (client: PbdbClient, variables: V) => Promise<T>,
  touched: (variables: V, hub: Hub) => readonly QueryKey[],
  settings: MutationSettings<T, V> = {},
) {
  const { client, hub } = useGiven();
  const queries = useQueryClient();
  return useMutation<T, PbdbError, V>({
    ...settings,
    mutationFn: (variables) => call(client, variables),
    onSuccess: (...said) => {
      for (const queryKey of touched(said[1], hub)) void queries.invalidateQueries({ queryKey });
      return settings.onSuccess?.(...said);
    },
  });
}
