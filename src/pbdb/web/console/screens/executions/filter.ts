// What a list of executions is asked for, as its address says it.

import type { JsonObject, PlaybookExecutionStatus, Routes } from "@pbdb/client";

import type { Place } from "../../address.ts";

export type Query = Omit<Routes["GET /executions"]["query"], "after">;

export const STATUSES: PlaybookExecutionStatus[] = [
  "RUNNING",
  "PAUSED",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "TIMEOUT",
];
export const SOURCES = ["manual", "api", "scheduled", "event"];
export const SPANS: [string, string, number][] = [
  ["1h", "the last hour", 1],
  ["24h", "the last 24 hours", 24],
  ["7d", "the last 7 days", 168],
  ["30d", "the last 30 days", 720],
  ["all", "any time", 0],
];

export interface Filter {
  statuses: string[];
  sources: string[];
  /** One of SPANS, unless `from` and `to` say otherwise. */
  started: string;
  from: string | undefined;
  to: string | undefined;
  /** Filters that are one value: shown as chips to be taken away. */
  values: Partial<Record<"playbook" | "error" | "search" | "metadata", string>>;
  hasChildren: boolean;
  /** Of `metadata`: not JSON, or no object. */
  wrong: string | undefined;
}

export function filterOf({ said }: Place): Filter {
  const values: Filter["values"] = {};
  for (const key of ["playbook", "error", "search", "metadata"] as const) {
    const value = said.get(key);
    if (value) values[key] = value;
  }
  const { wrong } = metadataOf(values.metadata);
  return {
    statuses: said.getAll("status"),
    sources: said.getAll("source"),
    started: said.get("started") ?? "7d",
    from: said.get("from") ?? undefined,
    to: said.get("to") ?? undefined,
    values,
    hasChildren: said.get("children") === "yes",
    wrong,
  };
}

/** `{"a": 1}`, or `a=1, b=x` for who writes by hand. */
export function metadataOf(text: string | undefined): { value?: JsonObject; wrong?: string } {
  if (!text) return {};
  if (text.trim().startsWith("{")) {
    try {
      return { value: JSON.parse(text) as JsonObject };
    } catch {
      return { wrong: "The metadata are not JSON." };
    }
  }
  const value: JsonObject = {};
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=");
    if (at < 1) return { wrong: "Write metadata as key=value, or as JSON." };
    value[pair.slice(0, at).trim()] = read(pair.slice(at + 1).trim());
  }
  return { value };
}

function read(text: string): string | number | boolean {
  return /^(true|false|-?\d+(\.\d+)?)$/.test(text) ? JSON.parse(text) : text;
}

/** The query of a filter. `now` is rounded, so that the same list is the same query. */
export function queryOf(filter: Filter, now: number): Query {
  const query: Query = { limit: 50 };
  if (filter.statuses.length) query.status = filter.statuses as PlaybookExecutionStatus[];
  if (filter.sources.length) query.source = filter.sources;
  if (filter.values.playbook) query.playbookName = filter.values.playbook;
  if (filter.values.error) query.errorCode = filter.values.error;
  if (filter.values.search) query.search = filter.values.search;
  const { value } = metadataOf(filter.values.metadata);
  if (value) query.metadata = value;
  if (filter.hasChildren) query.withChildren = true;
  const hours = SPANS.find(([key]) => key === filter.started)?.[2] ?? 168;
  if (filter.from) query.from = filter.from;
  else if (hours) query.from = new Date(now - hours * 3600e3).toISOString();
  if (filter.to) query.to = filter.to;
  return query;
}

/** What of all executions is left out by default, in words. */
export function left(filter: Filter): string {
  return filter.hasChildren ? "" : "without those that other executions started";
}
