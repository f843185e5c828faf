// What a what-if begins with: the input and the outputs of what ran last.

import type { ListExecutionsRow, Payload, PbdbClient } from "@pbdb/client";

/** What SQL does not do by itself: a runner's work, or an answer. */
export const NEEDS = [
  "AGENT_EXECUTION",
  "API_CALL",
  "CUSTOM_FUNCTION",
  "WAIT_FOR_INPUT",
  "MEMORY_SEARCH",
];
const MOST = 50;

export interface Last {
  execution: ListExecutionsRow | null;
  input: Payload;
  outputs: Record<string, Payload>;
}

/** The last execution that came to its end, else the last: its input and what its steps gave. */
export async function lastOf({ executions }: PbdbClient, name: string): Promise<Last> {
  const of = { playbookName: name, limit: 1 };
  const execution = (await executions.list({ ...of, status: ["COMPLETED"] })).items[0] ??
    (await executions.list(of)).items[0] ?? null;
  if (!execution) return { execution, input: {}, outputs: {} };
  const id = execution.executionId;
  const [it, steps] = await Promise.all([executions.get(id), executions.steps(id)]);
  const done = steps.filter((each) =>
    NEEDS.includes(each.stepType) && each.lastStepResultId && each.status === "COMPLETED"
  ).slice(0, MOST);
  const results = await Promise.all(
    done.map((each) => executions.stepResult(each.lastStepResultId!)),
  );
  const outputs = Object.fromEntries(results.map((each) => [each.stepName, each.outputData]));
  return { execution, input: it.inputData, outputs };
}
