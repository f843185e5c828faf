// Hooks of triggers: what starts playbooks by a schedule or an event.

import type { PbdbClient, Routes } from "@pbdb/client";
import { useInfiniteQuery } from "@tanstack/react-query";

import { pbdbKeys } from "./keys.ts";
import { usePbdb } from "./provider.tsx";
import { from, list, type MutationSettings, type QuerySettings, set, useCall } from "./query.ts";

type Filters = Omit<Routes["GET /triggers"]["query"], "after">;

export function triggersQueryOptions(client: PbdbClient, filters: Filters = {}) {
  return list(
    pbdbKeys.triggers.list(filters),
    (after, signal) => client.triggers.list(from(filters, after), { signal }),
  );
}

/** Triggers by name; `data` is those of all pages asked for with `fetchNextPage()`. */
export function useTriggers(filters: Filters = {}, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(triggersQueryOptions(usePbdb(), filters), settings));
}

export type Trigger = { name: string } & Routes["PUT /triggers/{name}"]["body"];

/** Make a trigger, or make it so; `data` is its id. */
export function useDefineTrigger(settings?: MutationSettings<string, Trigger>) {
  return useCall<Trigger, string>(
    (client, { name, ...body }) => client.triggers.define(name, body),
    () => [pbdbKeys.triggers.all],
    settings,
  );
}

export function useDeleteTrigger(settings?: MutationSettings<void, string>) {
  return useCall<string, void>(
    (client, name) => client.triggers.delete(name),
    () => [pbdbKeys.triggers.all],
    settings,
  );
}

/** Let a trigger fire, or not for a while. */
export function useSwitchTrigger(
  settings?: MutationSettings<void, { name: string; isEnabled: boolean }>,
) {
  return useCall<{ name: string; isEnabled: boolean }, void>(
    (client, { name, isEnabled }) => client.triggers.switch(name, isEnabled),
    () => [pbdbKeys.triggers.all],
    settings,
  );
}
