import type { GetOverviewRow } from "@pbdb/client";

import { to } from "../../address.ts";
import { Time } from "../../parts/time.tsx";

// Counts that the database stops at.
const MOST = 1000;
const capped = (count: number) => count >= MOST ? `${MOST.toLocaleString()}+` : String(count);

/** How the tenant stands, each number a way to what it counts. */
export function Numbers({ it }: { it: GetOverviewRow }) {
  const ended = it.completed24h + it.failed24h;
  const yesterday = new Date(Date.now() - 86400e3).toISOString();
  const all: [string, string, string, string, string?][] = [
    [
      "Running",
      capped(it.runningExecutions + it.pendingExecutions),
      to("executions", { status: "RUNNING", started: "all" }),
      "busy",
    ],
    ["Waiting for people", capped(it.waitingAnswers), to("inbox"), it.waitingAnswers ? "wait" : ""],
    [
      "Failed, 24 h",
      it.failed24h.toLocaleString(),
      to("executions", { status: ["FAILED", "TIMEOUT"], from: yesterday }),
      it.failed24h ? "bad" : "",
      ended ? `${Math.round(1000 * it.failed24h / ended) / 10} % of ${ended.toLocaleString()}` : "",
    ],
    ["Dead letters", capped(it.deadLetters), to("dead-letters"), it.deadLetters ? "bad" : ""],
  ];
  return (
    <ul className="numbers">
      {all.map(([word, count, href, tone, more]) => (
        <li key={word}>
          <a className="card" href={href}>
            <span className="dim">{word}</span>
            <strong className={tone ? `tone ${tone}` : ""}>{count}</strong>
            <span className="dim small">{more}</span>
          </a>
        </li>
      ))}
      <li>
        <div className="card">
          <span className="dim">Due steps</span>
          <strong>{it.dueSteps.toLocaleString()}</strong>
          <span className="dim small">
            {it.oldestDueAt
              ? (
                <>
                  the oldest <Time at={it.oldestDueAt} />
                </>
              )
              : "none waits for a runner"}
          </span>
        </div>
      </li>
    </ul>
  );
}
