import type { GetExecutionTimelineRow } from "@pbdb/client";
import { useExecutionTimeline } from "@pbdb/react";

import { change, type Place, to, usePlace } from "../../address.ts";
import { More } from "../../parts/more.tsx";
import { Pill } from "../../parts/status.tsx";
import { span, Time } from "../../parts/time.tsx";
import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { counted, type Standing } from "./state.ts";

const FILTERS: [string, string][] = [
  ["", "All"],
  ["FAILED", "Failed"],
  ["RUNNING", "Open"],
  ["COMPLETED", "Done"],
];
const STATUSES: Record<string, string[]> = {
  FAILED: ["FAILED", "TIMEOUT"],
  RUNNING: ["RUNNING", "PENDING"],
  COMPLETED: ["COMPLETED", "SKIPPED"],
};

interface Props {
  id: string;
  standing: Standing;
  /** The attempt whose output is shown beside. */
  shown: string | undefined;
}

/** Each attempt of a step; of one in a `for_each`, each item: by status, by number, in pages. */
export function Attempts({ id, standing, shown }: Props) {
  const place = usePlace();
  const status = place.said.get("only") ?? "";
  const item = place.said.get("item") ?? "";
  const part = {
    stepName: standing.node.stepName,
    ...(STATUSES[status] ? { status: STATUSES[status] as never } : {}),
    ...(/^\d+$/.test(item) ? { itemIndex: Number(item) } : {}),
    limit: 50,
  };
  const found = useExecutionTimeline(id, part);
  const rows = found.data ?? [];
  return (
    <>
      {standing.isEach && (
        <div className="row" role="group" aria-label="Which items">
          {FILTERS.map(([value, word]) => (
            <button
              key={value}
              type="button"
              className="chip"
              aria-pressed={status === value}
              onClick={() => change(place, { only: value || undefined, tab: "attempts" })}
            >
              {word}
            </button>
          ))}
          <input
            type="number"
            min={0}
            aria-label="Number of an item"
            placeholder="item"
            className="short"
            defaultValue={item}
            onChange={(event) =>
              change(place, { item: event.target.value || undefined, tab: "attempts" })}
          />
          <span className="dim">{standing.row && counted(standing.row)}</span>
        </div>
      )}
      <Trouble error={found.error} />
      {found.isPending
        ? <Waiting />
        : rows.length === 0
        ? <p className="dim">{status || item ? "None of them." : "It has not begun."}</p>
        : <Rows rows={rows} standing={standing} shown={shown} place={place} id={id} />}
      <More found={found} />
    </>
  );
}

function Rows(props: {
  id: string;
  rows: GetExecutionTimelineRow[];
  standing: Standing;
  shown: string | undefined;
  place: Place;
}) {
  const { standing, place } = props;
  const kept = {
    view: place.said.get("view") ?? undefined,
    step: standing.node.stepName,
    only: place.said.get("only") ?? undefined,
  };
  return (
    <div className="scroll attempts" tabIndex={0} role="region" aria-label="Attempts">
      <table>
        <thead>
          <tr>
            <th>{standing.isEach ? "Item" : "Attempt"}</th>
            <th>Status</th>
            <th>Error</th>
            <th className="optional">Runner</th>
            <th className="optional">Started</th>
            <th className="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((each) => {
            const tab = each.status === "FAILED" || each.status === "TIMEOUT" ? "error" : "output";
            const href = to(`executions/${props.id}`, { ...kept, result: each.stepResultId, tab });
            return (
              <tr key={each.stepResultId} data-active={props.shown === each.stepResultId}>
                <td className="num start">
                  <a href={href}>{named(each, standing.isEach)}</a>
                </td>
                <td>
                  <Pill status={each.status} />
                </td>
                <td className="wide">
                  {each.errorCode && (
                    <span className="cut wrong" title={each.errorMessage} dir="auto">
                      {each.errorCode}: {each.errorMessage?.slice(0, 200)}
                    </span>
                  )}
                  {each.isLost && <span className="dim">its runner was lost</span>}
                </td>
                <td className="optional">
                  <span className="cut">
                    {each.worker ?? <span className="dim">database</span>}
                  </span>
                </td>
                <td className="optional">
                  <Time at={each.startedAt} />
                </td>
                <td className="num">{span(each.durationMs)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function named(row: GetExecutionTimelineRow, isEach: boolean): string {
  const words = [
    row.itemIndex !== undefined && `${row.itemIndex}`,
    row.visit > 1 && `visit ${row.visit}`,
    (!isEach || row.attemptNumber > 1) && `attempt ${row.attemptNumber}`,
  ];
  return words.filter(Boolean).join(", ");
}
