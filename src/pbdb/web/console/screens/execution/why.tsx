import type { GetStepResultRow } from "@pbdb/client";
import { useExecution, useExecutionDiagnosis, usePlaybookGraph } from "@pbdb/react";

import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { Findings } from "./findings.tsx";
import type { Standing } from "./state.ts";
import type { Steering } from "./steering.tsx";

interface Props {
  id: string;
  standing: Standing;
  steering: Steering;
  isOver: boolean;
  /** The attempt that is shown, if there is one. */
  result: GetStepResultRow | undefined;
}

/** Why the step stands where it stands: what leads to it, what it waits for, what moves it. */
export function Why({ id, standing, steering, isOver, result }: Props) {
  const it = useExecution(id);
  const graph = usePlaybookGraph(it.data?.playbookName, it.data?.version);
  const found = useExecutionDiagnosis(id);
  const { node, row } = standing;
  const mine = (found.data ?? []).filter((each) =>
    each.finding.startsWith(`step "${node.stepName}"`)
  );
  const others = (found.data ?? []).filter((each) => !each.finding.startsWith('step "'));
  const into = (graph.data?.edges ?? []).filter((each) => each.toStepName === node.stepName);
  const words = reason(standing, isOver, result);
  return (
    <>
      {words && <p>{words}</p>}
      {mine.length > 0 && <Findings rows={mine} steering={steering} most={20} />}
      {!row?.attempts && into.length > 0 && (
        <>
          <h3>What leads to it</h3>
          <ul className="plain">
            {into.map((each, at) => (
              <li key={at}>
                <bdi>{each.fromStepName}</bdi> {LEADS[each.kind] ?? each.kind}
                {each.place && <code className="code">{each.place}</code>}
              </li>
            ))}
          </ul>
        </>
      )}
      <Trouble error={found.error} />
      {found.isPending ? <Waiting rows={2} /> : others.length > 0 && (
        <>
          <h3>Of the execution</h3>
          <Findings rows={others} steering={steering} most={20} />
        </>
      )}
    </>
  );
}

const LEADS: Record<string, string> = {
  next: "when it is done",
  failure: "when it fails",
  target: "when it chooses so",
  branch: "holds it in a branch",
};

function reason(
  { node, row, status }: Standing,
  isOver: boolean,
  result: GetStepResultRow | undefined,
): string {
  if (!row?.attempts) {
    return isOver ? "The way did not lead here." : "The way has not led here yet.";
  }
  if (status === "SKIPPED" && !result?.errorCode && node.hasCondition) {
    return "Its condition did not hold, so it was left out.";
  }
  if (status === "SKIPPED" && !result?.errorCode) {
    return "It was closed before it began: what it belongs to had ended.";
  }
  if (status === "SKIPPED") return "It failed, but it is optional: the execution went on.";
  if (node.stepType === "CONDITIONAL_BRANCH" && status === "COMPLETED") {
    const output = result?.outputData as { branch_to?: string; matched?: unknown } | undefined;
    if (output?.branch_to) return `It chose the way to “${output.branch_to}”.`;
  }
  return "";
}
