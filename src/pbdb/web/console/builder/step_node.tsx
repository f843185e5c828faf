import type { GraphNode } from "@pbdb/client";
import type { HTMLAttributes, KeyboardEvent } from "react";

import type { Box } from "../graph/layout.ts";
import { signOf, toneOf } from "../parts/status.tsx";
import { drag } from "./drag.ts";
import { SIGNS } from "../graph/signs.ts";
import type { Issue } from "./check.ts";

/** What would become of a step. */
export interface Trace {
  status: string;
  outputData: unknown;
  errorCode: string | undefined;
  errorMessage: string | undefined;
  count: number;
}

const OPEN = new Set(["PENDING", "RUNNING", "WAITING", "PAUSED"]);

interface Props {
  box: Box;
  node: GraphNode;
  issues: Issue[];
  /** Whether a what-if is laid over the canvas. */
  isTraced: boolean;
  trace: Trace | undefined;
  isSelected: boolean;
  isFocusable: boolean;
  isOver: boolean;
  select: () => void;
  open: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  accept: HTMLAttributes<HTMLButtonElement>;
}

export function StepNode(props: Props) {
  const { box, node, issues, trace } = props;
  const isBad = issues.some((each) => each.severity === "error");
  const worst = isBad ? "bad" : issues.length ? "wait" : "";
  const kind = node.stepType.toLowerCase().replaceAll("_", " ");
  const traced = props.isTraced ? (trace ? "taken" : "left") : "";
  return (
    <button
      type="button"
      className={`node ${worst} ${traced}`}
      data-step={box.name}
      data-over={props.isOver}
      aria-pressed={props.isSelected}
      aria-label={`${box.name}, ${spoken(node, kind, issues.length, trace)}`}
      title={issues[0]?.message ?? box.name}
      tabIndex={props.isFocusable ? 0 : -1}
      style={{ left: box.x, top: box.y, width: box.width }}
      onClick={props.select}
      onDoubleClick={props.open}
      onKeyDown={props.onKeyDown}
      draggable
      onDragStart={(event) => drag(event, { step: box.name })}
      {...props.accept}
    >
      <span className="what" dir="auto">{box.name}</span>
      <span className="kind">
        {SIGNS[node.stepType] ?? "·"} {kind}
        {node.isFinal ? " · final" : ""}
        {node.isOptional ? " · optional" : ""}
        {node.hasCondition ? " · if" : ""}
      </span>
      {issues.length > 0 && <span className={`badge ${worst}`}>{issues.length}</span>}
      {trace && (
        <span className={`trace ${OPEN.has(trace.status) ? "wait" : toneOf(trace.status)}`}>
          {OPEN.has(trace.status) ? "stops here" : signOf(trace.status)}
          {trace.count > 1 ? ` ×${trace.count}` : ""}
        </span>
      )}
    </button>
  );
}

/** In the order of what is seen, so that who speaks to the page can say what is seen. */
function spoken(node: GraphNode, kind: string, issues: number, trace: Trace | undefined): string {
  return [
    kind,
    node.isFinal && "final",
    node.isOptional && "optional",
    node.hasCondition && "if a condition holds",
    issues > 0 && `${issues} ${issues === 1 ? "issue" : "issues"}`,
    trace &&
    (OPEN.has(trace.status) ? "stops here, what if" : `what if: ${trace.status.toLowerCase()}`),
    node.branch && `in ${node.branch}`,
  ].filter(Boolean).join(", ");
}
