import type { GetStepResultRow } from "@pbdb/client";
import { useStepResult } from "@pbdb/react";

import { change, usePlace } from "../../address.ts";
import { Pill } from "../../parts/status.tsx";
import { Tabs } from "../../parts/tabs.tsx";
import { span, Time } from "../../parts/time.tsx";
import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { Value } from "../../parts/value.tsx";
import { Attempts } from "./attempts.tsx";
import { Children } from "./children.tsx";
import type { Standing } from "./state.ts";
import type { Steering } from "./steering.tsx";
import { Why } from "./why.tsx";

type Tab = "output" | "input" | "request" | "error" | "attempts" | "usage" | "why";

interface Props {
  id: string;
  standing: Standing;
  steering: Steering;
  canRetry: boolean;
  isOver: boolean;
}

/** One step: what went in and came out, what went wrong, how often, what it used, and why. */
export function Panel(props: Props) {
  const { standing, steering } = props;
  const { node, row } = standing;
  const place = usePlace();
  const asked = place.said.get("result") ?? undefined;
  const id = asked ?? row?.lastStepResultId;
  const found = useStepResult(id);
  const it = found.data?.stepName === node.stepName ? found.data : undefined;
  const tab = (place.said.get("tab") ?? first(standing, asked !== undefined)) as Tab;
  const tabs: [Tab, string][] = [
    ["output", "Output"],
    ["input", "Input"],
    ["request", "Request"],
    ["error", "Error"],
    ["attempts", standing.isEach ? "Items" : "Attempts"],
    ["usage", "Usage"],
    ["why", "Why"],
  ];
  const isOfAttempt = tab !== "attempts" && tab !== "why";
  return (
    <section className="card step" aria-label={`Step ${node.stepName}`}>
      <div className="row">
        <h2 dir="auto">{node.stepName}</h2>
        {isOfAttempt && it && <Which it={it} standing={standing} />}
        {isOfAttempt && it && (
          <Pill status={id === row?.lastStepResultId && isOpen(it) ? standing.status : it.status} />
        )}
        <span className="grow" />
        {props.canRetry && row !== undefined && row.attempts > 0 && !row.parentStepId && (
          <button
            type="button"
            disabled={steering.busy !== null}
            onClick={() => steering.retry({ fromStep: node.stepName })}
          >
            Retry from here
          </button>
        )}
      </div>
      {node.description && <p className="dim" dir="auto">{node.description}</p>}
      <Tabs
        label={`Of ${node.stepName}`}
        tabs={tabs}
        at={tab}
        go={(tab) => change(place, { tab, step: node.stepName })}
      >
        {tab === "why"
          ? <Why {...props} result={it} />
          : tab === "attempts"
          ? <Attempts id={props.id} standing={standing} shown={id} />
          : !id
          ? <p className="dim">{props.isOver ? "It was not reached." : "It has not begun."}</p>
          : found.error
          ? <Trouble error={found.error} />
          : !it
          ? <Waiting />
          : <Of tab={tab} it={it} />}
      </Tabs>
      {it?.childExecutionIds && it.childExecutionIds.length > 0 && (
        <Children ids={it.childExecutionIds} />
      )}
    </section>
  );
}

const isOpen = (it: GetStepResultRow) => it.status === "RUNNING" || it.status === "PENDING";

function first({ row, status, isEach }: Standing, isChosen: boolean): Tab {
  if (!row?.attempts) return "why";
  if (isEach && !isChosen) return "attempts";
  return status === "FAILED" || status === "TIMEOUT" ? "error" : "output";
}

/** Which of its attempts is shown. */
function Which({ it, standing }: { it: GetStepResultRow; standing: Standing }) {
  const words = [
    it.itemIndex !== undefined && `item ${it.itemIndex}`,
    it.visit > 1 && `visit ${it.visit}`,
    it.attemptNumber > 1 && `attempt ${it.attemptNumber}`,
    it.durationMs !== undefined && span(it.durationMs),
  ].filter(Boolean).join(" · ");
  return <span className="dim">{standing.isEach && it.itemIndex === undefined ? "" : words}</span>;
}

function Of({ tab, it }: { tab: Tab; it: GetStepResultRow }) {
  if (tab === "output") return <Output it={it} />;
  if (tab === "input") return <Value value={it.inputData} label="Input" />;
  if (tab === "request") return <Value value={it.request} label="Request" />;
  if (tab === "usage") return <Usage it={it} />;
  if (!it.errorCode) return <p className="dim">No error.</p>;
  return (
    <>
      <p>
        <strong className="wrong code">{it.errorCode}</strong>{" "}
        {it.isLost && <span className="dim">its runner was lost</span>}
      </p>
      <Value value={it.errorMessage} label="Error message" />
      {it.errorStack && (
        <>
          <h3>Stack</h3>
          <Value value={it.errorStack} label="Stack" />
        </>
      )}
      {it.errorDetails != null && (
        <>
          <h3>Details</h3>
          <Value value={it.errorDetails} label="Details" />
        </>
      )}
    </>
  );
}

function Output({ it }: { it: GetStepResultRow }) {
  const answers = Array.isArray(it.answers) ? it.answers as Answered[] : [];
  return (
    <>
      {it.status === "SKIPPED" && <p className="dim">It was skipped. Why says more.</p>}
      {isOpen(it)
        ? <p className="dim">There is no output yet.</p>
        : <Value value={it.outputData} label="Output" />}
      {answers.map((each, at) => (
        <p key={at} className="dim">
          Answered by <bdi>{String(each.answered_by ?? "somebody")}</bdi>{" "}
          <Time at={each.answered_at} />
        </p>
      ))}
    </>
  );
}

interface Answered {
  answered_by?: unknown;
  answered_at?: string;
}

function Usage({ it }: { it: GetStepResultRow }) {
  const rows: [string, string | undefined][] = [
    ["Runner", it.worker ?? (it.startedAt ? "the database itself" : undefined)],
    ["Model", it.model],
    ["Tokens in", it.inputTokens?.toLocaleString()],
    ["Tokens out", it.outputTokens?.toLocaleString()],
    ["Cost", it.costUsd === undefined ? undefined : `${it.costUsd} USD`],
    ["Answer of the model after", it.latencyMs === undefined ? undefined : span(it.latencyMs)],
    ["Took", it.durationMs === undefined ? undefined : span(it.durationMs)],
  ];
  return (
    <>
      <dl className="facts">
        {rows.filter(([, value]) => value !== undefined).map(([word, value]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Started</dt>
          <dd>
            <Time at={it.startedAt} />
          </dd>
        </div>
      </dl>
      {it.usageDetails != null && (
        <>
          <h3>Details</h3>
          <Value value={it.usageDetails} label="Details of usage" />
        </>
      )}
    </>
  );
}
