import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { change, to, usePlace } from "../address.ts";
import {
  type Attempt,
  call,
  type ExecutionDetail,
  type InboxItem,
  type Page,
  query,
  type StepResult,
  type StepRow,
} from "../api.ts";
import { type Live, useLive } from "../live.ts";
import { Ask, Pill, span, Time, Trouble, Value, Waiting } from "../parts/bits.tsx";
import { Answer } from "./inbox.tsx";

const OVER = ["COMPLETED", "FAILED", "CANCELLED", "TIMEOUT"];

export function ExecutionPage({ id }: { id: string }) {
  const queries = useQueryClient();
  const base = `/executions/${encodeURIComponent(id)}`;
  const found = useQuery({
    queryKey: ["execution", id],
    queryFn: () => call<ExecutionDetail>("GET", base),
  });
  const live = useLive(id, OVER.includes(found.data?.status ?? ""));
  const steps = useQuery({
    queryKey: ["execution", id, "steps"],
    queryFn: () => call<Page<StepRow>>("GET", `${base}/steps`),
  });
  const [asking, setAsking] = useState<string | null>(null);
  const steer = useMutation({
    mutationFn: ({ verb, body }: { verb: string; body?: unknown }) =>
      call("POST", `${base}:${verb}`, body ?? {}),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["execution", id] }),
  });
  if (found.isPending) return <Waiting />;
  if (!found.data) return <Trouble error={found.error} />;
  const it = found.data;
  const isOver = OVER.includes(it.status);
  const name = it.execution_name || it.playbook_name;
  const canRetry = isOver && it.status !== "COMPLETED";

  return (
    <>
      <div className="row">
        <h1 dir="auto">{name}</h1>
        <span role="status">
          <Pill status={it.status} />
        </span>
        <LiveSign live={live} isOver={isOver} />
        <span className="grow" />
        {it.status === "RUNNING" && (
          <button
            type="button"
            disabled={steer.isPending}
            onClick={() => steer.mutate({ verb: "pause" })}
          >
            Pause
          </button>
        )}
        {it.status === "PAUSED" && !/INPUT|WAIT/i.test(it.pause_reason ?? "") && (
          <button
            type="button"
            disabled={steer.isPending}
            onClick={() => steer.mutate({ verb: "resume" })}
          >
            Resume
          </button>
        )}
        {!isOver && (
          <button
            type="button"
            disabled={steer.isPending}
            onClick={() => setAsking("cancel")}
          >
            Cancel…
          </button>
        )}
        {canRetry && (
          <button
            type="button"
            className="main"
            disabled={steer.isPending}
            onClick={() => steer.mutate({ verb: "retry" })}
          >
            {steer.isPending ? "Retrying…" : "Retry"}
          </button>
        )}
      </div>
      <p className="row dim">
        <a href={to(`playbooks/${encodeURIComponent(it.playbook_name)}`)}>{it.playbook_name}</a>
        {" "}
        v{it.version}
        <span>· {it.completed_steps} of {it.total_steps} steps</span>
        <span>
          · created <Time at={it.created_at} />
        </span>
        <span>· {isOver ? "took" : "since"} {span(it.elapsed_time_ms)}</span>
        {it.cost_usd != null && <span>· {it.cost_usd} USD</span>}
        {it.parent_execution_id && (
          <a href={to(`executions/${it.parent_execution_id}`)}>started by another execution</a>
        )}
      </p>
      <div
        className="progress"
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={it.progress_percentage}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${it.progress_percentage}%` }} />
      </div>
      <Trouble error={found.error ?? steer.error} />
      <Current it={it} isOver={isOver} />
      <div className="card scroll" tabIndex={0} role="region" aria-label="Steps">
        {steps.data ? <Steps rows={steps.data.items} it={it} /> : <Waiting />}
      </div>
      <Trouble error={steps.error} />
      <StepPanel
        id={id}
        steps={steps.data?.items ?? []}
        canRetry={canRetry}
        retry={(step) => steer.mutate({ verb: "retry", body: { from_step: step } })}
      />
      <details className="card">
        <summary>Input</summary>
        <Value value={it.input_data} />
      </details>
      <details className="card" open={it.status === "COMPLETED"}>
        <summary>Output</summary>
        <Value value={it.output_data} />
      </details>
      {asking && (
        <Ask
          title={`Cancel ${name}`}
          action="Cancel it"
          reason
          done={(reason) => steer.mutate({ verb: "cancel", body: { reason } })}
          close={() => setAsking(null)}
        >
          <p>Steps that run now are told to stop; what they did stays.</p>
        </Ask>
      )}
    </>
  );
}

function LiveSign({ live, isOver }: { live: Live; isOver: boolean }) {
  if (live === "interrupted" && !isOver) {
    return <span className="pill wait" role="status">live view interrupted, trying again</span>;
  }
  return live === "live" && !isOver ? <span className="pill busy">live</span> : null;
}

function Current({ it, isOver }: { it: ExecutionDetail; isOver: boolean }) {
  const id = it.execution_id;
  const waits = useQuery({
    queryKey: ["execution", id, "inbox"],
    enabled: !isOver,
    queryFn: () => call<Page<InboxItem>>("GET", `/inbox${query({ execution_id: id, limit: 20 })}`),
  });
  const found = useQuery({
    queryKey: ["execution", id, "diagnosis"],
    enabled: it.status !== "COMPLETED",
    queryFn: () =>
      call<Page<{ finding: string; remedy: string | null }>>("GET", `/executions/${id}/diagnosis`),
  });
  if (it.status === "COMPLETED") return null;
  const item = waits.data?.items[0];
  return (
    <>
      {it.error_message && (
        <section className="trouble" aria-label="Why it ended">
          <strong>{it.error_code}</strong>
          <pre className="text" dir="auto" tabIndex={0}>{it.error_message}</pre>
        </section>
      )}
      {item
        ? (
          <section className="card" aria-label="It waits for an answer">
            <Answer key={item.step_result_id} item={item} />
            {waits.data!.items.length > 1 && (
              <p className="dim">
                and {waits.data!.items.length - 1} more in the <a href={to("inbox")}>inbox</a>
              </p>
            )}
          </section>
        )
        : !it.error_message && found.data && found.data.items.length > 0 && (
          <section className="notice" aria-label="Why it stands where it stands">
            {found.data.items.map((each, at) => (
              <p key={at}>
                <strong>{each.finding}</strong>
                {each.remedy && (
                  <>
                    <br />
                    {each.remedy}
                  </>
                )}
              </p>
            ))}
          </section>
        )}
    </>
  );
}

const TONES: Record<string, string> = {
  COMPLETED: "good",
  FAILED: "bad",
  TIMEOUT: "bad",
  RUNNING: "busy",
  WAITING: "wait",
};

function Steps({ rows, it }: { rows: StepRow[]; it: ExecutionDetail }) {
  const place = usePlace();
  const start = Date.parse(it.started_at ?? it.created_at);
  const end = it.completed_at ? Date.parse(it.completed_at) : Date.now();
  const share = (at: string | null) =>
    (100 * ((at ? Date.parse(at) : end) - start)) / Math.max(1, end - start);
  return (
    <table>
      <thead>
        <tr>
          <th>Step</th>
          <th>Status</th>
          <th className="num">Attempts</th>
          <th>When</th>
          <th className="num optional">Took</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.step_id} data-active={place.said.get("step") === row.step_name}>
            <td className="wide" dir="auto">
              <div className={row.parent_step_id ? "indent" : ""}>
                <a href={to(`executions/${it.execution_id}`, { step: row.step_name })}>
                  {row.step_name}
                </a>
                <span className="cut dim">
                  {row.step_type.toLowerCase().replaceAll("_", " ")}
                  {row.branch ? ` · ${row.branch}` : ""}
                </span>
              </div>
            </td>
            <td>
              <Pill status={row.status} />
              {row.branch_total != null && row.branch_total > 0 && (
                <div className="dim">
                  {row.branch_completed_count}/{row.branch_total}
                  {row.branch_failed_count ? `, ${row.branch_failed_count} failed` : ""}
                </div>
              )}
            </td>
            <td className="num">{row.attempts || ""}</td>
            <td>
              {row.first_started_at && (
                <div className="bar" aria-hidden="true">
                  <i
                    className={TONES[row.status ?? ""] ?? "still"}
                    style={{
                      background: "currentColor",
                      left: `${Math.min(99, Math.max(0, share(row.first_started_at)))}%`,
                      width: `${
                        Math.max(
                          1,
                          Math.min(100, share(row.last_completed_at) - share(row.first_started_at)),
                        )
                      }%`,
                    }}
                  />
                </div>
              )}
            </td>
            <td className="num optional">
              {row.first_started_at
                ? span(
                  (row.last_completed_at ? Date.parse(row.last_completed_at) : end) -
                    Date.parse(row.first_started_at),
                )
                : ""}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const TABS = ["Output", "Input", "Request", "Error", "Attempts", "Usage"] as const;

function StepPanel(
  props: { id: string; steps: StepRow[]; canRetry: boolean; retry: (step: string) => void },
) {
  const place = usePlace();
  const failed = props.steps.find((each) => each.status === "FAILED" || each.status === "TIMEOUT");
  const name = place.said.get("step") ?? failed?.step_name;
  const row = props.steps.find((each) => each.step_name === name);
  const attempts = useInfiniteQuery({
    queryKey: ["execution", props.id, "attempts", name],
    enabled: !!row,
    queryFn: ({ pageParam }) =>
      call<Page<Attempt>>(
        "GET",
        `/executions/${props.id}/timeline${
          query({ step_name: name, after: pageParam, limit: 50 })
        }`,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const result = place.said.get("result") ?? row?.last_step_result_id;
  const one = useQuery({
    queryKey: ["execution", props.id, "result", result],
    enabled: !!result,
    queryFn: () => call<StepResult>("GET", `/step-results/${result}`),
  });
  if (!row) return null;
  const tab = place.said.get("tab") ?? (row.status === "FAILED" ? "Error" : "Output");
  const it = one.data;
  return (
    <section className="card" aria-label={`Step ${row.step_name}`}>
      <div className="row">
        <h2 className="grow" dir="auto">
          {row.step_name}
          {it?.item_index != null && ` · item ${it.item_index}`}
        </h2>
        {it && <Pill status={it.status} />}
        {props.canRetry && row.attempts > 0 && !row.parent_step_id && (
          <button
            type="button"
            onClick={() => props.retry(row.step_name)}
          >
            Retry from here
          </button>
        )}
      </div>
      <div role="tablist" aria-label="Of this step">
        {TABS.map((each) => (
          <button
            type="button"
            key={each}
            role="tab"
            id={`tab-${each}`}
            aria-controls="step-panel"
            aria-selected={tab === each}
            onClick={() => change(place, { tab: each, step: row.step_name })}
          >
            {each}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="step-panel" aria-labelledby={`tab-${tab}`}>
        <Trouble error={one.error} />
        {!result
          ? <p className="dim">It has not begun.</p>
          : !it
          ? <Waiting />
          : tab === "Output"
          ? <Value value={it.output_data} />
          : tab === "Input"
          ? <Value value={it.input_data} />
          : tab === "Request"
          ? <Value value={it.request} />
          : tab === "Error"
          ? (it.error_code
            ? (
              <>
                <p>
                  <strong className="wrong">{it.error_code}</strong>
                </p>
                <Value value={it.error_message} />
                {it.error_stack && (
                  <>
                    <h2>Stack</h2>
                    <Value value={it.error_stack} />
                  </>
                )}
                {it.error_details != null && (
                  <>
                    <h2>Details</h2>
                    <Value value={it.error_details} />
                  </>
                )}
              </>
            )
            : <p className="dim">no error</p>)
          : tab === "Usage"
          ? (
            <dl className="facts">
              <dt>Worker</dt>
              <dd>{it.worker ?? "–"}</dd>
              <dt>Model</dt>
              <dd>{it.model ?? "–"}</dd>
              <dt>Tokens in</dt>
              <dd>{it.input_tokens ?? "–"}</dd>
              <dt>Tokens out</dt>
              <dd>{it.output_tokens ?? "–"}</dd>
              <dt>Cost</dt>
              <dd>{it.cost_usd ?? "–"}</dd>
              <dt>Latency</dt>
              <dd>{span(it.latency_ms)}</dd>
            </dl>
          )
          : null}
        {tab === "Attempts" && (
          <ul className="list">
            {attempts.data?.pages.flatMap((page) => page.items).map((each) => (
              <li key={each.step_result_id}>
                <a
                  href={to(`executions/${props.id}`, {
                    step: row.step_name,
                    result: each.step_result_id,
                  })}
                >
                  <Pill status={each.status} />{" "}
                  {each.item_index != null && `item ${each.item_index} · `}attempt{" "}
                  {each.attempt_number} · {span(each.duration_ms)}
                  <span className="cut dim">{each.error_message ?? each.worker}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
        {tab === "Attempts" && attempts.hasNextPage && (
          <button
            type="button"
            onClick={() => void attempts.fetchNextPage()}
          >
            More
          </button>
        )}
        {it?.child_execution_ids?.map((child) => (
          <p key={child}>
            <a href={to(`executions/${child}`)}>Execution that it started</a>
          </p>
        ))}
      </div>
    </section>
  );
}
