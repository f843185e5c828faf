import type { WhatIfDocumentRow } from "@pbdb/client";

import { Pill } from "../parts/status.tsx";
import { Value } from "../parts/value.tsx";
import type { Trace } from "./step_node.tsx";

export type TraceRow = WhatIfDocumentRow;

const MOST = 200;
const MOST_SHOWN = 5;

/** What would happen, step by step; the row without a step is the whole. */
export function traced(rows: TraceRow[]): Map<string, Trace> {
  const found = new Map<string, Trace>();
  for (const each of rows) {
    if (!each.stepName) continue;
    const count = (found.get(each.stepName)?.count ?? 0) + 1;
    found.set(each.stepName, {
      status: each.status,
      outputData: each.outputData,
      errorCode: each.errorCode,
      errorMessage: each.errorMessage,
      count,
    });
  }
  return found;
}

interface Props {
  rows: TraceRow[];
  selected: string | null;
  select: (step: string) => void;
}

export function TraceRows({ rows, selected, select }: Props) {
  const whole = rows.find((each) => !each.stepName);
  const steps = rows.filter((each) => each.stepName);
  const shown = steps.filter((each) => each.stepName === selected);
  return (
    <fieldset>
      <legend>What would happen</legend>
      {whole && (
        <p role="status">
          <Pill status={whole.status} /> {whole.errorMessage ?? ""}
        </p>
      )}
      <ol className="trace-rows">
        {steps.slice(0, MOST).map((each, at) => (
          <li key={at}>
            <button
              type="button"
              aria-pressed={each.stepName === selected}
              onClick={() => select(each.stepName)}
            >
              <span className="grow" dir="auto">
                {named(each)}
                {each.attemptNumber > 1 ? ` · attempt ${each.attemptNumber}` : ""}
              </span>
              <Pill status={each.status} />
            </button>
          </li>
        ))}
      </ol>
      {steps.length > MOST && <p className="dim">and {steps.length - MOST} more</p>}
      {shown.slice(0, MOST_SHOWN).map((each, at) => <Shown key={at} row={each} />)}
      {whole && (
        <>
          <h3>Output of the playbook</h3>
          <Value value={whole.outputData} label="Output of the playbook" />
        </>
      )}
    </fieldset>
  );
}

function Shown({ row }: { row: TraceRow }) {
  return (
    <div>
      <h3 dir="auto">{named(row)}</h3>
      {row.errorCode && (
        <p className="wrong">
          <strong>{row.errorCode}</strong> {row.errorMessage}
        </p>
      )}
      <h3>Input</h3>
      <Value value={row.inputData} label="Input" />
      <h3>Output</h3>
      <Value value={row.outputData} label="Output" />
    </div>
  );
}

const named = (row: TraceRow) =>
  row.itemIndex === undefined ? row.stepName : `${row.stepName} · item ${row.itemIndex}`;
