// Hooks of playbooks: lists, versions, drafts, and what publishes them.

import type { JsonObject, Payload, PbdbClient, Routes } from "@pbdb/client";
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

type Filters = Omit<Routes["GET /playbooks"]["query"], "after">;

export function playbooksQueryOptions(client: PbdbClient, filters: Filters = {}) {
  return list(
    pbdbKeys.playbooks.list(filters),
    (after, signal) => client.playbooks.list(from(filters, after), { signal }),
  );
}

/** A row a name; `data` is the rows of all pages asked for with `fetchNextPage()`. */
export function usePlaybooks(filters: Filters = {}, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(playbooksQueryOptions(usePbdb(), filters), settings));
}

type Trends = Routes["GET /playbooks:trends"]["query"];

export function playbookTrendsQueryOptions(client: PbdbClient, asked: Trends) {
  return query(
    pbdbKeys.playbooks.trends(asked),
    !asked.name?.length ? null : (signal) => client.playbooks.trends(asked, { signal }),
  );
}

/** How playbooks went lately: counts of each day, percentiles, the last failure. */
export function usePlaybookTrends(asked: Trends, settings: QuerySettings = {}) {
  return useQuery(set(playbookTrendsQueryOptions(usePbdb(), asked), settings));
}

export function playbookQueryOptions(client: PbdbClient, name?: string, version?: number) {
  const asked = version === undefined ? {} : { version };
  return query(
    pbdbKeys.playbooks.version(name, version),
    name === undefined ? null : (signal) => client.playbooks.get(name, { ...asked, signal }),
  );
}

/** The ACTIVE or newest version of a name, or the version that is asked for. */
export function usePlaybook(
  name: string | undefined,
  { version, ...settings }: QuerySettings & { version?: number } = {},
) {
  return useQuery(set(playbookQueryOptions(usePbdb(), name, version), settings));
}

export function playbookVersionsQueryOptions(client: PbdbClient, name?: string) {
  return list(
    pbdbKeys.playbooks.versions(name),
    name === undefined
      ? null
      : (after, signal) => client.playbooks.versions(name, from({}, after), { signal }),
  );
}

export function usePlaybookVersions(name: string | undefined, settings: QuerySettings = {}) {
  return useInfiniteQuery(set(playbookVersionsQueryOptions(usePbdb(), name), settings));
}

export function playbookGraphQueryOptions(client: PbdbClient, name?: string, version?: number) {
  return query(
    pbdbKeys.playbooks.graph(name, version),
    name === undefined || version === undefined
      ? null
      : (signal) => client.playbooks.graph(name, version, { signal }),
  );
}

/** The steps of a version and how control moves between them. */
export function usePlaybookGraph(
  name: string | undefined,
  version: number | undefined,
  settings: QuerySettings = {},
) {
  return useQuery(set(playbookGraphQueryOptions(usePbdb(), name, version), settings));
}

export function playbookSummaryQueryOptions(client: PbdbClient, name?: string, version?: number) {
  return query(
    pbdbKeys.playbooks.summary(name, version),
    name === undefined || version === undefined
      ? null
      : (signal) => client.playbooks.summary(name, version, { signal }),
  );
}

/** How the executions of a version ended, and how long they took. */
export function usePlaybookSummary(
  name: string | undefined,
  version: number | undefined,
  settings: QuerySettings = {},
) {
  return useQuery(set(playbookSummaryQueryOptions(usePbdb(), name, version), settings));
}

export function activePlaybooksQueryOptions(client: PbdbClient, agentId?: string) {
  return query(
    pbdbKeys.playbooks.ofAgent(agentId),
    agentId === undefined ? null : (signal) => client.playbooks.ofAgent(agentId, { signal }),
  );
}

/** The ACTIVE playbooks of an agent. */
export function useActivePlaybooks(agentId: string | undefined, settings: QuerySettings = {}) {
  return useQuery(set(activePlaybooksQueryOptions(usePbdb(), agentId), settings));
}

export function draftQueryOptions(client: PbdbClient, name?: string) {
  return query(
    pbdbKeys.playbooks.draft(name),
    name === undefined ? null : (signal) => client.playbooks.draft(name, { signal }),
  );
}

/** The draft of a name, with the hash that a save has to name. */
export function useDraft(name: string | undefined, settings: QuerySettings = {}) {
  return useQuery(set(draftQueryOptions(usePbdb(), name), settings));
}

type Saved = Routes["PUT /playbooks/{name}/draft"]["answer"];
interface Draft {
  document: JsonObject;
  source?: string;
  ifMatch?: string;
}

/** Save a draft; PB026 when somebody else has saved since `ifMatch`. */
export function useSaveDraft(settings?: MutationSettings<Saved, Draft>) {
  return useCall<Draft, Saved>(
    (client, { document, ...rest }) => client.playbooks.saveDraft(document, rest),
    ({ document }) => [
      pbdbKeys.playbooks.draft(String(document.name)),
      pbdbKeys.playbooks.versions(String(document.name)),
      pbdbKeys.playbooks.lists,
    ],
    settings,
  );
}

type Checked = Routes["POST /playbooks:check"]["answer"];

/** What is wrong with a document; nothing is kept. */
export function useCheckPlaybook(settings?: MutationSettings<Checked, Payload>) {
  return useCall<Payload, Checked>(
    (client, document) => client.playbooks.check(document),
    () => [],
    settings,
  );
}

export interface NamedVersion {
  name: string;
  version: number;
}

export function useActivatePlaybook(settings?: MutationSettings<void, NamedVersion>) {
  return useCall<NamedVersion, void>(
    (client, { name, version }) => client.playbooks.activate(name, version),
    ({ name }) => [pbdbKeys.playbooks.detail(name), pbdbKeys.playbooks.lists],
    settings,
  );
}

/** Delete a version, with the history of its executions; PB008 while some of them are open. */
export function useDeletePlaybook(settings?: MutationSettings<void, NamedVersion>) {
  return useCall<NamedVersion, void>(
    (client, { name, version }) => client.playbooks.delete(name, version),
    ({ name }) => [pbdbKeys.playbooks.detail(name), pbdbKeys.playbooks.lists],
    settings,
  );
}

/** Let no new execution start with a version; open ones go on. */
export function useDeprecatePlaybook(settings?: MutationSettings<void, NamedVersion>) {
  return useCall<NamedVersion, void>(
    (client, { name, version }) => client.playbooks.deprecate(name, version),
    ({ name }) => [pbdbKeys.playbooks.detail(name), pbdbKeys.playbooks.lists],
    settings,
  );
}

type Trial = Routes["POST /playbooks:what-if"]["body"];
type Trace = Routes["POST /playbooks:what-if"]["answer"]["items"];

/** The way that an input takes through a document, with outputs instead of work. */
export function useWhatIf(settings?: MutationSettings<Trace, Trial>) {
  return useCall<Trial, Trace>(
    (client, trial) => client.playbooks.whatIf(trial),
    () => [],
    settings,
  );
}
