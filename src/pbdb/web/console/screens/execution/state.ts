// How the steps of an execution stand, laid over the playbook that it runs.

import type { GetExecutionStepsRow, GraphEdge, GraphNode, LiveStep, Picture } from "@pbdb/client";

import { span } from "../../parts/time.tsx";

/** A step as the graph, the bars and the list show it. */
export interface Standing {
  node: GraphNode;
  row: GetExecutionStepsRow | undefined;
  /** RUNNING, WAITING, …; undefined: not reached. */
  status: string | undefined;
  /** Beside the status: how many of how many, how long, how often. */
  note: string;
  /** Between 0 and 1, for a step with branches that are not all done. */
  share: number | undefined;
  /** It stands in the body of a `for_each`, so that there is one of it for each item. */
  isEach: boolean;
}

export function standings(
  nodes: GraphNode[],
  rows: GetExecutionStepsRow[],
): Map<string, Standing> {
  const byId = new Map(rows.map((each) => [each.stepId, each]));
  const byName = new Map(nodes.map((each) => [each.stepName, each]));
  const isEach = (node: GraphNode): boolean => {
    const parent = node.parentStepName === undefined ? undefined : byName.get(node.parentStepName);
    return parent !== undefined && (parent.isForEach || isEach(parent));
  };
  return new Map(nodes.map((node) => {
    const row = byId.get(node.stepId);
    const each = isEach(node);
    const status = row && row.waitingCount > 0 && node.stepType !== "PARALLEL_EXECUTION"
      ? "WAITING"
      : row?.status;
    const total = row?.branchTotal ?? 0;
    const ended = (row?.branchCompletedCount ?? 0) + (row?.branchFailedCount ?? 0);
    return [node.stepName, {
      node,
      row,
      status,
      isEach: each,
      share: total > 0 && ended < total ? ended / total : undefined,
      note: row?.status ? noteOf(node, row, each) : "",
    }];
  }));
}

function noteOf(node: GraphNode, row: GetExecutionStepsRow, isEach: boolean): string {
  if (node.stepType === "PARALLEL_EXECUTION") {
    const failed = row.branchFailedCount ? `, ${row.branchFailedCount} failed` : "";
    return `${row.branchCompletedCount ?? 0}/${row.branchTotal ?? 0}${failed}`;
  }
  if (isEach) return counted(row);
  const took = row.firstStartedAt && row.lastCompletedAt && row.runningCount === 0
    ? span(Date.parse(row.lastCompletedAt) - Date.parse(row.firstStartedAt))
    : "";
  return [took, row.attempts > 1 && `×${row.attempts}`].filter(Boolean).join(" · ");
}

/** What of a step that there are many of stands where: `28 done, 2 failed, 10 running`. */
export function counted(row: GetExecutionStepsRow): string {
  const waiting = row.waitingCount;
  const said: [number, string][] = [
    [row.completedCount, "done"],
    [row.failedCount + row.timeoutCount, "failed"],
    [row.runningCount + row.pendingCount - waiting, "open"],
    [waiting, "waiting"],
    [row.skippedCount, "skipped"],
  ];
  return said.filter(([count]) => count > 0)
    .map(([count, word]) => `${count.toLocaleString()} ${word}`).join(", ");
}

const keyOf = (from: string, to: string) => `${from}\n${to}`;

/**
 * The ways that were gone. In one branch or item steps go one after the other, so two that follow
 * each other are a way; of steps that are only counted, it is taken for gone when both ends were.
 */
export function ways(
  edges: GraphEdge[],
  standing: Map<string, Standing>,
  picture: Picture | undefined,
): Set<string> {
  const gone = new Set<string>();
  const told = new Set<string>();
  const last = new Map<string, LiveStep>();
  for (const each of picture?.steps ?? []) {
    told.add(each.stepName);
    const parent = standing.get(each.stepName)?.node.parentStepName ?? "";
    const scope = `${parent}\n${each.branch ?? ""}\n${each.itemIndex ?? ""}`;
    const before = last.get(scope);
    const isAgain = before?.stepName === each.stepName && each.attemptNumber > 1;
    if (before && !isAgain) gone.add(keyOf(before.stepName, each.stepName));
    last.set(scope, each);
  }
  const began = (name: string) => (standing.get(name)?.row?.attempts ?? 0) > 0;
  for (const each of edges) {
    if (told.has(each.fromStepName) && told.has(each.toStepName)) continue;
    const from = standing.get(each.fromStepName)?.row;
    const led = each.kind === "failure" ? from?.failedCount : from?.completedCount;
    if (led && began(each.toStepName)) gone.add(keyOf(each.fromStepName, each.toStepName));
  }
  return gone;
}

export const isGone = (gone: Set<string>, edge: { from: string; to: string }) =>
  gone.has(keyOf(edge.from, edge.to));

/** The step that is looked at when none was chosen: what failed last, what waits, what runs. */
export function theOne(standing: Map<string, Standing>, end: string | null): string | undefined {
  const all = [...standing.values()].filter((each) => each.row?.status);
  const latest = (some: Standing[]) =>
    some.sort((a, b) => (a.row?.lastCompletedAt ?? "").localeCompare(b.row?.lastCompletedAt ?? ""))
      .at(-1);
  const isBad = (each: Standing) => each.status === "FAILED" || each.status === "TIMEOUT";
  const isParallel = (each: Standing) => each.node.stepType === "PARALLEL_EXECUTION";
  if (end === "COMPLETED") return latest(all)?.node.stepName;
  if (end !== null) {
    const bad = all.filter(isBad);
    // The step inside says why; the one around it only that one of its branches did not work out.
    return (latest(bad.filter((each) => !isParallel(each))) ?? latest(bad) ?? latest(all))?.node
      .stepName;
  }
  const first = (status: string) => all.find((each) => each.status === status && !isParallel(each));
  return (first("WAITING") ?? first("RUNNING") ?? first("PENDING") ?? latest(all))?.node.stepName;
}
