import type { GetPlaybookTrendsRow, ListPlaybooksRow } from "@pbdb/client";
import { usePlaybooks, usePlaybookTrends } from "@pbdb/react";
import { type FormEvent, useRef, useState } from "react";

import { change, executionAt, playbookAt, to, usePlace } from "../../address.ts";
import { Spark } from "../../parts/chart.tsx";
import { More } from "../../parts/more.tsx";
import { useRowKeys } from "../../parts/rows.ts";
import { Pill } from "../../parts/status.tsx";
import { span, Time } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";
import { useScope } from "../../shell/me.ts";

export function Playbooks() {
  const place = usePlace();
  const search = place.said.get("search") ?? "";
  const category = place.said.get("category") ?? "";
  const found = usePlaybooks({
    limit: 50,
    ...(search ? { search } : {}),
    ...(category ? { category } : {}),
  }, { refetchInterval: 10_000 });
  const rows = found.data ?? [];
  const mayEdit = useScope("edit");
  return (
    <>
      <div className="row">
        <h1 className="grow">Playbooks</h1>
        {category && (
          <button
            type="button"
            className="chip"
            aria-pressed="true"
            onClick={() => change(place, { category: undefined })}
          >
            category: <bdi className="short-text">{category}</bdi> <span aria-hidden="true">×</span>
            <span className="hidden">, take away</span>
          </button>
        )}
        <input
          type="search"
          aria-label="Find playbooks"
          placeholder="Find playbooks"
          defaultValue={search}
          onChange={(event) => change(place, { search: event.target.value }, true)}
        />
        {mayEdit && <NewPlaybook />}
      </div>
      <Trouble error={found.error} />
      {found.isPending ? <Waiting rows={8} /> : rows.length === 0
        ? (
          <Empty>
            {search || category ? "No playbook fits." : (
              <>
                There are none yet: write one here, or <code>pbdb new</code> writes one and{" "}
                <code>pbdb apply</code> brings it here.
              </>
            )}
          </Empty>
        )
        : <Table rows={rows} />}
      <More found={found} />
    </>
  );
}

function NewPlaybook() {
  const [name, setName] = useState<string | null>(null);
  if (name === null) {
    return <button type="button" className="main" onClick={() => setName("")}>New playbook</button>;
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    location.hash = to(`playbooks/${encodeURIComponent(name.trim())}/edit`);
  };
  return (
    <form className="row" onSubmit={submit}>
      <input
        aria-label="Name of the new playbook"
        placeholder="Its name"
        value={name}
        maxLength={255}
        pattern=".*\S.*"
        required
        autoFocus
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setName(null)}
      />
      <button type="submit" className="main">Write it</button>
    </form>
  );
}

function Table({ rows }: { rows: ListPlaybooksRow[] }) {
  const area = useRef<HTMLDivElement>(null);
  useRowKeys(area);
  const trends = usePlaybookTrends(
    { name: rows.slice(0, 200).map((each) => each.name), days: DAYS },
    { staleTime: 30_000 },
  );
  const byName = new Map(trends.data?.map((each) => [each.playbookName, each]));
  return (
    <div ref={area} className="card scroll" tabIndex={0} role="region" aria-label="Playbooks">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Version</th>
            <th className="num">Executions</th>
            <th className="num">Open</th>
            <th className="num">Failed</th>
            <th className="num">Success</th>
            <th className="optional">{DAYS} days</th>
            <th className="num optional" title="Half, and 95 of 100, took at most so long">
              Half / 95 %
            </th>
            <th>Last</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <Row key={row.name} row={row} trend={byName.get(row.name)} />)}
        </tbody>
      </table>
    </div>
  );
}

const DAYS = 14;

function Row({ row, trend }: { row: ListPlaybooksRow; trend: GetPlaybookTrendsRow | undefined }) {
  const at = (said: Record<string, string>) =>
    to("executions", { playbook: row.name, started: "all", ...said });
  return (
    <tr data-row={row.name}>
      <td className="wide">
        <a className="cut-2" href={playbookAt(row.name)} dir="auto">{row.name}</a>
        <span className="cut dim" dir="auto">{row.description}</span>
      </td>
      <td>
        <span className="row tight">
          {row.activeVersion !== undefined
            ? (
              <>
                v{row.activeVersion} <Pill status="ACTIVE" />
              </>
            )
            : (
              <>
                v{row.latestVersion} <Pill status={row.latestStatus} />
              </>
            )}
          {row.draftVersion !== undefined && row.activeVersion !== undefined && (
            <a href={to(`playbooks/${encodeURIComponent(row.name)}/edit`)}>
              <Pill status="DRAFT" />
            </a>
          )}
        </span>
      </td>
      <td className="num">
        {row.executionCount > 0 ? <a href={at({})}>{row.executionCount.toLocaleString()}</a> : 0}
      </td>
      <td className="num">
        {row.runningCount > 0
          ? (
            <a
              href={to("executions", {
                playbook: row.name,
                started: "all",
                status: ["RUNNING", "PAUSED"],
              })}
            >
              {row.runningCount.toLocaleString()}
            </a>
          )
          : 0}
      </td>
      <td className="num">
        {row.failedCount > 0
          ? <a href={at({ status: "FAILED" })}>{row.failedCount.toLocaleString()}</a>
          : 0}
      </td>
      <td className="num">
        {row.completedCount + row.failedCount > 0
          ? `${Math.round(100 * row.completedCount / (row.completedCount + row.failedCount))} %`
          : "–"}
      </td>
      <td className="optional">
        {trend && (
          <Spark
            good={trend.completedCounts ?? []}
            bad={trend.failedCounts ?? []}
            label={`${sum(trend.completedCounts)} completed, ${sum(trend.failedCounts)} failed`}
          />
        )}
      </td>
      <td className="num optional">
        {trend?.p50DurationMs === undefined
          ? "–"
          : `${span(trend.p50DurationMs)} / ${span(trend.p95DurationMs)}`}
      </td>
      <td className="when">
        <Time at={row.lastExecutionAt} />
        {trend?.lastFailedExecutionId && (
          <a
            className="cut wrong"
            href={executionAt(trend.lastFailedExecutionId)}
            title={trend.lastErrorMessage}
          >
            {trend.lastErrorCode ?? "failed"}
          </a>
        )}
      </td>
    </tr>
  );
}

const sum = (counts: number[] | undefined) => (counts ?? []).reduce((all, each) => all + each, 0);
