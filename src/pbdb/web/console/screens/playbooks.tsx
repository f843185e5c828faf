import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";

import { change, to, usePlace } from "../address.ts";
import { call, type Page, type Playbook, type PlaybookRow, type PlaybookVersion, query } from "../api.ts";
import { Empty, Pill, span, Time, Trouble, Value, Waiting } from "../parts/bits.tsx";
import { SchemaForm } from "../parts/form.tsx";

export function Playbooks() {
  const place = usePlace();
  const search = place.said.get("search") ?? "";
  const found = useInfiniteQuery({
    queryKey: ["playbooks", search],
    queryFn: ({ pageParam }) => call<Page<PlaybookRow>>("GET", `/playbooks${query({ search, after: pageParam, limit: 50 })}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="row">
        <h1 className="grow">Playbooks</h1>
        <input aria-label="Find playbooks" placeholder="Find playbooks" defaultValue={search} onChange={(event) => change(place, { search: event.target.value })} />
      </div>
      <Trouble error={found.error} />
      {found.isPending ? <Waiting /> : rows.length === 0 ? (
        <Empty>{search ? "No playbook fits." : <>There are none yet: <code>pbdb new</code> writes one, <code>pbdb apply</code> brings it here.</>}</Empty>
      ) : (
        <div className="card scroll" tabIndex={0} role="region" aria-label="Playbooks">
          <table>
            <thead><tr><th>Name</th><th>Version</th><th className="num">Executions</th><th className="num">Failed</th><th className="num">Success</th><th>Last</th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.name}>
                  <td className="wide" dir="auto"><a href={to(`playbooks/${encodeURIComponent(row.name)}`)}>{row.name}</a><span className="cut dim">{row.description}</span></td>
                  <td><span className="row">
                    {row.active_version != null ? <>v{row.active_version} <Pill status="ACTIVE" /></> : <>v{row.latest_version} <Pill status={row.latest_status} /></>}
                    {row.draft_version != null && row.active_version != null && <Pill status="DRAFT" />}
                  </span></td>
                  <td className="num">{Number(row.execution_count).toLocaleString()}</td>
                  <td className="num">{row.failed_count ? <a href={to("executions", { playbook: row.name, status: "FAILED", started: "all" })}>{row.failed_count}</a> : 0}</td>
                  <td className="num">{row.success_rate == null ? "–" : `${Math.round(row.success_rate * (row.success_rate <= 1 ? 100 : 1))} %`}</td>
                  <td><Time at={row.last_execution_at} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.hasNextPage && <button onClick={() => void found.fetchNextPage()}>More</button>}
    </>
  );
}

export function PlaybookPage({ name }: { name: string }) {
  const place = usePlace();
  const base = `/playbooks/${encodeURIComponent(name)}`;
  const versions = useQuery({ queryKey: ["playbook", name, "versions"], queryFn: () => call<Page<PlaybookVersion>>("GET", `${base}/versions?limit=50`) });
  const active = versions.data?.items.find((each) => each.status === "ACTIVE");
  const number = Number(place.said.get("version")) || active?.version || versions.data?.items[0]?.version;
  const shown = useQuery({
    queryKey: ["playbook", name, number], enabled: !!number,
    queryFn: () => call<Playbook>("GET", `${base}/versions/${number}`),
  });
  const start = useMutation({
    mutationFn: (input: unknown) => call<{ execution_id: string }>("POST", `${base}/executions`, { input: input ?? {} }),
    onSuccess: ({ execution_id }) => { location.hash = to(`executions/${execution_id}`); },
  });
  if (versions.isPending) return <Waiting />;
  const schema = shown.data?.document.input_schema;
  return (
    <>
      <div className="row"><h1 className="grow" dir="auto">{name}</h1><a href={to("executions", { playbook: name })}>Its executions</a> <a className="button" href={to(`playbooks/${encodeURIComponent(name)}/edit`)}>Edit</a></div>
      <Trouble error={versions.error ?? shown.error} />
      {shown.data?.document.description && <p dir="auto">{shown.data.document.description}</p>}
      <div className="split">
        <section className="card" aria-label="Start">
          <h2>Start it</h2>
          {!active ? <p className="dim">No version is active.</p> : number !== active.version ? <p className="dim">A start takes v{active.version}, which is active.</p> : shown.data && (
            <>
              <Trouble error={start.error} />
              <SchemaForm key={number} schema={schema ?? { title: "Input as JSON", type: ["object", "array"], default: {} }} action="Start" busy={start.isPending} send={(value) => start.mutate(value)} />
            </>
          )}
        </section>
        <div className="card scroll" tabIndex={0} role="region" aria-label="Versions">
          <table>
            <thead><tr><th>Version</th><th>Status</th><th className="num">Steps</th><th className="num">Executions</th><th className="num">Failed</th><th className="num">Takes</th><th>Activated</th></tr></thead>
            <tbody>
              {versions.data?.items.map((each) => (
                <tr key={each.version} data-active={each.version === number}>
                  <td><a href={to(`playbooks/${encodeURIComponent(name)}`, { version: String(each.version) })}>v{each.version}</a></td>
                  <td><Pill status={each.status} /></td><td className="num">{each.total_steps}</td>
                  <td className="num">{each.execution_count}</td><td className="num">{each.failed_count}</td>
                  <td className="num">{span(each.avg_duration_ms)}</td><td><Time at={each.activated_at} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      {shown.data && <section className="card" aria-label="Document"><h2>Document of v{number}</h2><Value value={shown.data.source ?? shown.data.document} /></section>}
    </>
  );
}
