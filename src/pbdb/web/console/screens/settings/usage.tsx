import type { GetUsageRow } from "@pbdb/client";
import { useUsage } from "@pbdb/react";
import { useMemo } from "react";

import { change, playbookAt, usePlace } from "../../address.ts";
import { span } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";

const WAYS: [string, string][] = [
  ["playbook", "Playbook"],
  ["step", "Step"],
  ["model", "Model"],
  ["day", "Day"],
];
const SPANS: [string, string, number][] = [
  ["24h", "the last 24 hours", 1],
  ["7d", "the last 7 days", 7],
  ["30d", "the last 30 days", 30],
  ["365d", "the last year", 365],
];

export function Usage() {
  const place = usePlace();
  const by = place.said.get("by") ?? "playbook";
  const within = place.said.get("within") ?? "30d";
  const [, , days] = SPANS.find(([key]) => key === within) ?? SPANS[2]!;
  const from = useMemo(() => new Date(Date.now() - days * 86400e3).toISOString(), [days]);
  const found = useUsage({ by, from });
  const rows = useMemo(
    () =>
      [...found.data ?? []].sort((a, b) =>
        by === "day"
          ? (b.day ?? "").localeCompare(a.day ?? "")
          : (b.costUsd ?? 0) - (a.costUsd ?? 0) || b.attempts - a.attempts
      ),
    [found.data, by],
  );
  const total = sumOf(rows);
  return (
    <>
      <div className="row">
        <h1>Usage</h1>
        <span className="dim grow">what models read, wrote and cost</span>
        <span className="row" role="group" aria-label="Added up by">
          {WAYS.map(([key, word]) => (
            <button
              key={key}
              type="button"
              className="chip"
              aria-pressed={by === key}
              onClick={() => change(place, { by: key === "playbook" ? undefined : key })}
            >
              By {word.toLowerCase()}
            </button>
          ))}
        </span>
        <select
          aria-label="Within"
          value={within}
          onChange={(event) => change(place, { within: event.target.value })}
        >
          {SPANS.map(([key, word]) => <option key={key} value={key}>{word}</option>)}
        </select>
      </div>
      <Trouble error={found.error} />
      {found.isPending ? <Waiting rows={6} /> : rows.length === 0
        ? (
          <Empty>
            No model was asked in this time. Steps of type <code>AGENT_EXECUTION</code>{" "}
            are counted here.
          </Empty>
        )
        : <Table rows={rows} by={by} total={total} />}
    </>
  );
}

interface Sum {
  attempts: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  unpriced: number;
}

function sumOf(rows: GetUsageRow[]): Sum {
  const sum = (of: (row: GetUsageRow) => number | undefined) =>
    rows.reduce((all, each) => all + (of(each) ?? 0), 0);
  return {
    attempts: sum((each) => each.attempts),
    inputTokens: sum((each) => each.inputTokens),
    outputTokens: sum((each) => each.outputTokens),
    costUsd: sum((each) => each.costUsd),
    unpriced: sum((each) => each.unpricedAttempts),
  };
}

function Table({ rows, by, total }: { rows: GetUsageRow[]; by: string; total: Sum }) {
  const word = WAYS.find(([key]) => key === by)?.[1];
  const most = Math.max(...rows.map((each) => each.costUsd ?? 0), 0.000001);
  return (
    <div className="card scroll" tabIndex={0} role="region" aria-label="Usage">
      <table>
        <thead>
          <tr>
            <th>{word}</th>
            <th className="num">Attempts</th>
            <th className="num">Tokens in</th>
            <th className="num">Tokens out</th>
            <th className="num optional">Mean answer</th>
            <th className="num">Cost</th>
            <th className="optional">
              <span className="hidden">Share of the most expensive</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((each, at) => (
            <tr key={at}>
              <td className="wide">
                <Named row={each} by={by} />
              </td>
              <td className="num">{each.attempts.toLocaleString()}</td>
              <td className="num">{each.inputTokens?.toLocaleString() ?? "–"}</td>
              <td className="num">{each.outputTokens?.toLocaleString() ?? "–"}</td>
              <td className="num optional">
                {span(each.latencyMs === undefined ? undefined : each.latencyMs / each.attempts)}
              </td>
              <td className="num">
                {each.costUsd === undefined ? "–" : money(each.costUsd)}
                {each.unpricedAttempts > 0 && (
                  <span className="cut dim small">
                    {each.unpricedAttempts.toLocaleString()} without a price
                  </span>
                )}
              </td>
              <td className="optional">
                <span className="meter" aria-hidden="true">
                  <i style={{ width: `${100 * (each.costUsd ?? 0) / most}%` }} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th>All</th>
            <td className="num">{total.attempts.toLocaleString()}</td>
            <td className="num">{total.inputTokens.toLocaleString()}</td>
            <td className="num">{total.outputTokens.toLocaleString()}</td>
            <td className="optional" />
            <td className="num">
              <strong>{money(total.costUsd)}</strong>
            </td>
            <td className="optional" />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Named({ row, by }: { row: GetUsageRow; by: string }) {
  if (by === "model") return <code>{row.model ?? "–"}</code>;
  if (by === "day") return <>{row.day}</>;
  const playbook = row.playbookName;
  if (playbook === undefined) return <span className="dim">a playbook that is gone</span>;
  return (
    <>
      <a className="cut-2" href={playbookAt(playbook)} dir="auto">{playbook}</a>
      {by === "step" && <span className="cut dim" dir="auto">{row.stepName}</span>}
    </>
  );
}

const money = (usd: number) => `${usd.toLocaleString(undefined, { maximumFractionDigits: 4 })} USD`;
