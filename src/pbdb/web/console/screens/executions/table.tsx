import type { ListExecutionsRow } from "@pbdb/client";
import { isOver } from "@pbdb/react";
import { useRef } from "react";

import { executionAt } from "../../address.ts";
import { useRowKeys } from "../../parts/rows.ts";
import { Pill, standOf } from "../../parts/status.tsx";
import { span, Time } from "../../parts/time.tsx";

export const COLUMNS: [string, string][] = [
  ["playbook", "Playbook"],
  ["at", "Now at"],
  ["steps", "Steps"],
  ["source", "Source"],
  ["created", "Created"],
  ["took", "Took"],
];
export const FIRST_COLUMNS = "at,steps,created,took";

interface Props {
  rows: ListExecutionsRow[];
  columns: string[];
  /** Without it, rows cannot be chosen. */
  chosen?: { ids: ReadonlySet<string>; toggle: (id: string) => void };
  label: string;
}

export function Table({ rows, columns, chosen, label }: Props) {
  const area = useRef<HTMLDivElement>(null);
  useRowKeys(area);
  const has = (column: string) => columns.includes(column);
  return (
    <div ref={area} className="card scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {chosen && (
              <th className="tick">
                <span className="hidden">Choose</span>
              </th>
            )}
            <th>Execution</th>
            {has("playbook") && <th>Playbook</th>}
            <th>Status</th>
            {has("at") && <th>Now at</th>}
            {has("steps") && <th className="num optional">Steps</th>}
            {has("source") && <th>Source</th>}
            {has("created") && <th>Created</th>}
            {has("took") && <th className="num optional">Took</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const name = row.executionName || row.playbookName;
            return (
              <tr key={row.executionId} data-row={row.executionId}>
                {chosen && (
                  <td className="tick">
                    <input
                      type="checkbox"
                      aria-label={`Choose ${name}`}
                      checked={chosen.ids.has(row.executionId)}
                      onChange={() => chosen.toggle(row.executionId)}
                    />
                  </td>
                )}
                <td className="wide">
                  <a className="cut-2" href={executionAt(row.executionId)} dir="auto" title={name}>
                    {name}
                  </a>
                  {!has("playbook") && (
                    <span className="cut dim">
                      {row.executionName && <bdi>{row.playbookName}</bdi>} v{row.version}
                    </span>
                  )}
                </td>
                {has("playbook") && (
                  <td className="wide">
                    <span className="cut">
                      <bdi>{row.playbookName}</bdi> v{row.version}
                    </span>
                  </td>
                )}
                <td>
                  <Pill status={standOf(row)} />
                </td>
                {has("at") && <At row={row} />}
                {has("steps") && (
                  <td className="num optional">{row.completedSteps}/{row.totalSteps}</td>
                )}
                {has("source") && <td>{row.triggerSource}</td>}
                {has("created") && (
                  <td className="when">
                    <Time at={row.createdAt} />
                  </td>
                )}
                {has("took") && <td className="num optional">{span(row.durationMs)}</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function At({ row }: { row: ListExecutionsRow }) {
  return (
    <td className="wide">
      {row.errorMessage || row.errorCode
        ? (
          <span className="cut wrong" title={row.errorMessage} dir="auto">
            {row.errorCode}
            {row.errorMessage && `: ${row.errorMessage}`}
          </span>
        )
        : !isOver(row.status) && row.currentStepName
        ? <span className="cut dim" dir="auto">{row.currentStepName}</span>
        : null}
    </td>
  );
}
