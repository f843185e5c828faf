import { useExecutionCounts, usePlaybookTrends } from "@pbdb/react";
import { useMemo } from "react";

import { executionAt } from "../../address.ts";
import { Bars, bucketsOf } from "../../parts/chart.tsx";
import { span, Time } from "../../parts/time.tsx";
import { Waiting } from "../../parts/trouble.tsx";

const DAYS = 14;

/** How a playbook's executions ended lately, and how long they took. */
export function Recent({ name }: { name: string }) {
  const from = useMemo(() => new Date(Date.now() - (DAYS - 1) * 86400e3).toISOString(), []);
  const found = useExecutionCounts({ playbookName: name, bucket: "day", from });
  const trends = usePlaybookTrends({ name: [name], days: DAYS });
  if (found.isPending) return <Waiting rows={2} />;
  const rows = found.data ?? [];
  const it = trends.data?.[0];
  if (rows.length === 0) return null;
  const sum = (some: number[] | undefined) => (some ?? []).reduce((all, each) => all + each, 0);
  const [done, failed] = [sum(it?.completedCounts), sum(it?.failedCounts)];
  return (
    <section className="card" aria-label="Lately">
      <h2>The last {DAYS} days</h2>
      <ul className="line dim">
        {done + failed > 0 && <li>{Math.round(100 * done / (done + failed))} % succeeded</li>}
        {it?.p50DurationMs !== undefined && <li>half took at most {span(it.p50DurationMs)}</li>}
        {it?.p95DurationMs !== undefined && <li>95 % at most {span(it.p95DurationMs)}</li>}
        {it?.lastFailedExecutionId && (
          <li>
            failed last <Time at={it.lastFailedAt} /> with{" "}
            <a href={executionAt(it.lastFailedExecutionId)}>{it.lastErrorCode ?? "an error"}</a>
          </li>
        )}
      </ul>
      <Bars
        buckets={bucketsOf(rows, "day", DAYS, Date.now())}
        step="day"
        filter={{ playbook: name }}
      />
    </section>
  );
}
