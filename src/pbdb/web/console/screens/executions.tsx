import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useRef, useState } from "react";

import { change, to, usePlace } from "../address.ts";
import { call, type Execution, type Outcome, type Page, query, type Status } from "../api.ts";
import { Ask } from "../parts/ask.tsx";
import { useKeys } from "../parts/keys.ts";
import { Pill } from "../parts/status.tsx";
import { span, Time } from "../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../parts/trouble.tsx";

const STATUSES: Status[] = ["RUNNING", "PAUSED", "COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"];
const SPANS: [string, string, number][] = [
  ["1h", "last hour", 1],
  ["24h", "last 24 hours", 24],
  ["7d", "last 7 days", 168],
  ["all", "any time", 0],
];

export function Executions() {
  const place = usePlace();
  const queries = useQueryClient();
  const statuses = place.said.getAll("status");
  const started = place.said.get("started") ?? "7d";
  const [, words, hours] = SPANS.find(([key]) => key === started) ?? SPANS[2]!;
  const filter = {
    status: statuses,
    playbook_name: place.said.get("playbook") ?? "",
    search: place.said.get("search") ?? "",
    error_code: place.said.get("error") ?? "",
    with_children: place.said.get("children") === "yes" ? true : undefined,
  };
  const found = useInfiniteQuery({
    queryKey: ["executions", filter, started],
    queryFn: ({ pageParam }) =>
      call<Page<Execution>>(
        "GET",
        `/executions${
          query({
            ...filter,
            from: hours ? new Date(Date.now() - hours * 3600e3).toISOString() : undefined,
            after: pageParam,
            limit: 50,
          })
        }`,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
    refetchInterval: 2500,
    placeholderData: keepPreviousData,
  });
  const all = found.data?.pages.flatMap((page) => page.items) ?? [];
  // Rows that came after the page was opened wait behind a button: nothing moves under the pointer.
  const key = JSON.stringify([filter, started]);
  const top = useRef({ key: "", id: "" });
  if (found.data && !found.isPlaceholderData && (top.current.key !== key || !top.current.id)) {
    top.current = { key, id: all[0]?.execution_id ?? "" };
  }
  const fresh = all.filter((each) => each.execution_id > top.current.id && top.current.id !== "");
  const rows = all.slice(fresh.length);
  const [, redraw] = useState(0);
  const [active, setActive] = useState(-1);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [asking, setAsking] = useState<"cancel" | "retry" | null>(null);
  const steer = useMutation({
    mutationFn: ({ verb, reason }: { verb: string; reason: string }) =>
      call<Page<Outcome>>("POST", `/executions:${verb}`, {
        execution_ids: [...chosen],
        ...(verb === "cancel" ? { reason } : {}),
      }),
    onSuccess: () => {
      setChosen(new Set());
      void queries.invalidateQueries({ queryKey: ["executions"] });
    },
  });
  const toggle = (id: string) =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, active + by));
    setActive(next);
    document.getElementById(`row-${rows[next]?.execution_id}`)?.scrollIntoView({
      block: "nearest",
    });
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const row = rows[active];
      if (row) toggle(row.execution_id);
    },
    Enter: () => {
      const row = rows[active];
      if (row) location.hash = to(`executions/${row.execution_id}`);
    },
  });
  const filtered = ["playbook", "search", "error"].filter((each) => place.said.get(each));

  return (
    <>
      <div className="row">
        <h1>Executions</h1>
        <span className="dim grow">
          started in: {words}
          {filter.with_children ? "" : ", without those that playbooks started"}
        </span>
        <select
          aria-label="Started"
          value={started}
          onChange={(event) => change(place, { started: event.target.value })}
        >
          {SPANS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
        </select>
      </div>
      <div className="row" role="group" aria-label="Filters">
        {STATUSES.map((each) => (
          <button
            type="button"
            key={each}
            className="chip"
            aria-pressed={statuses.includes(each)}
            onClick={() =>
              change(place, {
                status: statuses.includes(each)
                  ? statuses.filter((s) => s !== each)
                  : [...statuses, each],
              })}
          >
            {each[0] + each.slice(1).toLowerCase()}
          </button>
        ))}
        <button
          type="button"
          className="chip"
          aria-pressed={!!filter.with_children}
          onClick={() => change(place, { children: filter.with_children ? undefined : "yes" })}
        >
          With children
        </button>
        {filtered.map((each) => (
          <button
            type="button"
            key={each}
            className="chip"
            aria-pressed="true"
            onClick={() => change(place, { [each]: undefined })}
          >
            {each}: {place.said.get(each)} <span aria-hidden="true">×</span>
            <span className="hidden">, take away</span>
          </button>
        ))}
      </div>
      <Trouble error={found.error ?? steer.error} />
      {steer.data && <Outcomes rows={steer.data.items} />}
      {chosen.size > 0 && (
        <div className="card row" role="group" aria-label="Chosen">
          <span className="grow">{chosen.size} chosen</span>
          <button type="button" onClick={() => setAsking("retry")}>Retry…</button>
          <button type="button" onClick={() => setAsking("cancel")}>Cancel…</button>
          <button type="button" onClick={() => setChosen(new Set())}>Choose none</button>
        </div>
      )}
      {fresh.length > 0 && (
        <button
          type="button"
          onClick={() => {
            top.current.id = all[0]!.execution_id;
            redraw((n) => n + 1);
          }}
        >
          {fresh.length} new
        </button>
      )}
      {found.isPending ? <Waiting /> : rows.length === 0
        ? (
          <Empty>
            No execution fits. {statuses.length || filtered.length
              ? <a href={to("executions")}>Show all of the last 7 days</a>
              : (
                <>
                  Start one from <a href={to("playbooks")}>Playbooks</a>, or with{" "}
                  <code>pbdb run</code>.
                </>
              )}
          </Empty>
        )
        : (
          <div className="card scroll" tabIndex={0} role="region" aria-label="Executions">
            <table>
              <thead>
                <tr>
                  <th>
                    <span className="hidden">Choose</span>
                  </th>
                  <th>Playbook</th>
                  <th>Status</th>
                  <th>Now at</th>
                  <th className="num">Steps</th>
                  <th>Created</th>
                  <th className="num optional">Took</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row, at) => (
                  <tr
                    key={row.execution_id}
                    id={`row-${row.execution_id}`}
                    data-active={at === active}
                  >
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Choose ${row.execution_name ?? row.playbook_name}`}
                        checked={chosen.has(row.execution_id)}
                        onChange={() => toggle(row.execution_id)}
                      />
                    </td>
                    <td className="wide" dir="auto">
                      <a href={to(`executions/${row.execution_id}`)}>
                        {row.execution_name || row.playbook_name}
                      </a>
                      <span className="cut dim">
                        {row.playbook_name} v{row.version}
                        {row.trigger_source ? ` · ${row.trigger_source}` : ""}
                      </span>
                    </td>
                    <td>
                      <Pill status={row.status} />
                    </td>
                    <td className="wide">
                      {row.error_message
                        ? (
                          <span className="cut wrong" title={row.error_message}>
                            {row.error_code}: {row.error_message}
                          </span>
                        )
                        : <span className="cut dim">{row.current_step_name ?? ""}</span>}
                    </td>
                    <td className="num">{row.completed_steps}/{row.total_steps}</td>
                    <td>
                      <Time at={row.created_at} />
                    </td>
                    <td className="num optional">{span(row.duration_ms)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {found.hasNextPage && (
        <button
          type="button"
          disabled={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          Older
        </button>
      )}
      {asking && (
        <Ask
          title={`${asking === "cancel" ? "Cancel" : "Retry"} ${chosen.size} executions`}
          action={asking === "cancel" ? "Cancel them" : "Retry them"}
          reason={asking === "cancel"}
          done={(reason) => steer.mutate({ verb: asking, reason })}
          close={() => setAsking(null)}
        />
      )}
    </>
  );
}

export function Outcomes({ rows }: { rows: Outcome[] }) {
  return (
    <details className="card" open>
      <summary>{rows.length} asked for: {rows.filter((each) => !each.code).length} done</summary>
      <ul>
        {rows.map((each) => (
          <li key={each.execution_id}>
            <a href={to(`executions/${each.execution_id}`)}>{each.execution_id.slice(-8)}</a>{" "}
            {each.outcome} {each.message}
          </li>
        ))}
      </ul>
    </details>
  );
}
