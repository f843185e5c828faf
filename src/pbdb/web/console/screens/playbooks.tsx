import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";

import { change, to, usePlace } from "../address.ts";
import {
  call,
  type Page,
  type Playbook,
  type PlaybookRow,
  type PlaybookVersion,
  query,
} from "../api.ts";
import { Pill } from "../parts/status.tsx";
import { span, Time } from "../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../parts/trouble.tsx";
import { Value } from "../parts/value.tsx";
import { SchemaForm } from "../parts/form.tsx";

const Versions = lazy(() => import("../builder/versions.tsx"));

function NewPlaybook() {
  const [name, setName] = useState<string | null>(null);
  if (name === null) return <button type="button" onClick={() => setName("")}>New playbook</button>;
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        location.hash = to(`playbooks/${encodeURIComponent(name.trim())}/edit`);
      }}
    >
      <input
        aria-label="Name of the new playbook"
        placeholder="Its name"
        value={name}
        maxLength={255}
        pattern=".*\S.*"
        required
        autoFocus
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="main">Write it</button>
    </form>
  );
}

export function Playbooks() {
  const place = usePlace();
  const search = place.said.get("search") ?? "";
  const found = useInfiniteQuery({
    queryKey: ["playbooks", search],
    queryFn: ({ pageParam }) =>
      call<Page<PlaybookRow>>("GET", `/playbooks${query({ search, after: pageParam, limit: 50 })}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="row">
        <h1 className="grow">Playbooks</h1>
        <NewPlaybook />
        <input
          aria-label="Find playbooks"
          placeholder="Find playbooks"
          defaultValue={search}
          onChange={(event) => change(place, { search: event.target.value })}
        />
      </div>
      <Trouble error={found.error} />
      {found.isPending ? <Waiting /> : rows.length === 0
        ? (
          <Empty>
            {search ? "No playbook fits." : (
              <>
                There are none yet: write one here, or <code>pbdb new</code> writes one,{" "}
                <code>pbdb apply</code> brings it here.
              </>
            )}
          </Empty>
        )
        : (
          <div className="card scroll" tabIndex={0} role="region" aria-label="Playbooks">
            <table>
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Version</th>
                  <th className="num">Executions</th>
                  <th className="num">Failed</th>
                  <th className="num">Success</th>
                  <th>Last</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.name}>
                    <td className="wide" dir="auto">
                      <a href={to(`playbooks/${encodeURIComponent(row.name)}`)}>{row.name}</a>
                      <span className="cut dim">{row.description}</span>
                    </td>
                    <td>
                      <span className="row">
                        {row.active_version != null
                          ? (
                            <>
                              v{row.active_version} <Pill status="ACTIVE" />
                            </>
                          )
                          : (
                            <>
                              v{row.latest_version} <Pill status={row.latest_status} />
                            </>
                          )}
                        {row.draft_version != null && row.active_version != null && (
                          <Pill status="DRAFT" />
                        )}
                      </span>
                    </td>
                    <td className="num">{Number(row.execution_count).toLocaleString()}</td>
                    <td className="num">
                      {row.failed_count
                        ? (
                          <a
                            href={to("executions", {
                              playbook: row.name,
                              status: "FAILED",
                              started: "all",
                            })}
                          >
                            {row.failed_count}
                          </a>
                        )
                        : 0}
                    </td>
                    <td className="num">
                      {row.success_rate == null
                        ? "–"
                        : `${Math.round(row.success_rate * (row.success_rate <= 1 ? 100 : 1))} %`}
                    </td>
                    <td>
                      <Time at={row.last_execution_at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {found.hasNextPage && (
        <button type="button" onClick={() => void found.fetchNextPage()}>More</button>
      )}
    </>
  );
}

export function PlaybookPage({ name }: { name: string }) {
  const place = usePlace();
  const base = `/playbooks/${encodeURIComponent(name)}`;
  const versions = useQuery({
    queryKey: ["playbook", name, "versions"],
    queryFn: () => call<Page<PlaybookVersion>>("GET", `${base}/versions?limit=50`),
  });
  const active = versions.data?.items.find((each) => each.status === "ACTIVE");
  const number = Number(place.said.get("version")) || active?.version ||
    versions.data?.items[0]?.version;
  const shown = useQuery({
    queryKey: ["playbook", name, number],
    enabled: !!number,
    queryFn: () => call<Playbook>("GET", `${base}/versions/${number}`),
  });
  const start = useMutation({
    mutationFn: (input: unknown) =>
      call<{ execution_id: string }>("POST", `${base}/executions`, { input: input ?? {} }),
    onSuccess: ({ execution_id }) => {
      location.hash = to(`executions/${execution_id}`);
    },
  });
  const recent = useQuery({
    queryKey: ["playbook", name, "counts"],
    queryFn: () =>
      call<Page<Count>>(
        "GET",
        `/counts${
          query({
            playbook_name: name,
            bucket: "day",
            from: new Date(Date.now() - 7 * 86400e3).toISOString(),
          })
        }`,
      ),
  });
  if (versions.isPending) return <Waiting />;
  const previous = (it: PlaybookVersion) =>
    versions.data?.items.find((each) => each.version < it.version)?.version;
  const compared = Number(place.said.get("with"));
  const schema = shown.data?.document.input_schema;
  return (
    <>
      <div className="row">
        <h1 className="grow" dir="auto">{name}</h1>
        <a href={to("executions", { playbook: name })}>Its executions</a>{" "}
        <a
          className="button"
          href={to(`playbooks/${encodeURIComponent(name)}/edit`, { panel: "what-if" })}
        >
          What if…
        </a>{" "}
        <a className="button" href={to(`playbooks/${encodeURIComponent(name)}/edit`)}>Edit</a>
      </div>
      <Trouble error={versions.error ?? shown.error} />
      {shown.data?.document.description && <p dir="auto">{shown.data.document.description}</p>}
      <div className="split">
        <section className="card" aria-label="Start">
          <h2>Start it</h2>
          {!active
            ? <p className="dim">No version is active.</p>
            : number !== active.version
            ? <p className="dim">A start takes v{active.version}, which is active.</p>
            : shown.data && (
              <>
                <Trouble error={start.error} />
                <SchemaForm
                  key={number}
                  schema={schema ??
                    { title: "Input as JSON", type: ["object", "array"], default: {} }}
                  action="Start"
                  busy={start.isPending}
                  send={(value) => start.mutate(value)}
                />
              </>
            )}
        </section>
        <div className="card scroll" tabIndex={0} role="region" aria-label="Versions">
          <table>
            <thead>
              <tr>
                <th>Version</th>
                <th>Status</th>
                <th className="num">Steps</th>
                <th className="num">Executions</th>
                <th className="num">Failed</th>
                <th className="num">Success</th>
                <th className="num">Takes</th>
                <th>Activated</th>
                <th>Compare</th>
              </tr>
            </thead>
            <tbody>
              {versions.data?.items.map((each) => (
                <tr key={each.version} data-active={each.version === number}>
                  <td>
                    <a
                      href={to(`playbooks/${encodeURIComponent(name)}`, {
                        version: String(each.version),
                      })}
                    >
                      v{each.version}
                    </a>
                  </td>
                  <td>
                    <Pill status={each.status} />
                  </td>
                  <td className="num">{each.total_steps}</td>
                  <td className="num">{each.execution_count}</td>
                  <td className="num">{each.failed_count}</td>
                  <td className="num">{share(each)}</td>
                  <td className="num">{span(each.avg_duration_ms)}</td>
                  <td>
                    <Time at={each.activated_at} />
                  </td>
                  <td>
                    {previous(each) != null && (
                      <a
                        href={to(`playbooks/${encodeURIComponent(name)}`, {
                          version: String(each.version),
                          with: String(previous(each)),
                        })}
                      >
                        with v{previous(each)}
                      </a>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      {compared > 0 && number && (
        <section className="card" aria-label="Comparison">
          <h2>From v{compared} to v{number}</h2>
          <Suspense fallback={<Waiting />}>
            <Versions name={name} before={compared} after={number} />
          </Suspense>
        </section>
      )}
      <Recent rows={recent.data?.items ?? []} />
      {shown.data && (
        <section className="card" aria-label="Document">
          <h2>Document of v{number}</h2>
          <Value value={shown.data.source ?? shown.data.document} />
        </section>
      )}
    </>
  );
}

interface Count {
  bucket_start: string;
  status: string;
  execution_count: number;
  p50_duration_ms: number | null;
  p95_duration_ms: number | null;
}

function share(it: PlaybookVersion): string {
  const over = Number(it.completed_count) + Number(it.failed_count);
  return over ? `${Math.round(100 * Number(it.completed_count) / over)} %` : "–";
}

/** How long it took and how it ended, a row a day of the last week. */
function Recent({ rows }: { rows: Count[] }) {
  const days = [...new Set(rows.map((each) => each.bucket_start))].sort().reverse();
  if (days.length === 0) return null;
  const of = (day: string, status: string) =>
    rows.find((each) => each.bucket_start === day && each.status === status);
  return (
    <div className="card scroll" tabIndex={0} role="region" aria-label="The last seven days">
      <table>
        <thead>
          <tr>
            <th>Day (UTC)</th>
            <th className="num">Completed</th>
            <th className="num">Failed</th>
            <th className="num">Half within</th>
            <th className="num">95 % within</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day}>
              <td>{day.slice(0, 10)}</td>
              <td className="num">{of(day, "COMPLETED")?.execution_count ?? 0}</td>
              <td className="num">
                {Number(of(day, "FAILED")?.execution_count ?? 0) +
                  Number(of(day, "TIMEOUT")?.execution_count ?? 0)}
              </td>
              <td className="num">{span(of(day, "COMPLETED")?.p50_duration_ms)}</td>
              <td className="num">{span(of(day, "COMPLETED")?.p95_duration_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
