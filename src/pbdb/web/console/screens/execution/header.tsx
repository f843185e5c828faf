import type { GetExecutionRow } from "@pbdb/client";
import type { Live } from "@pbdb/react";
import { useContext, useEffect, useState } from "react";

import { to } from "../../address.ts";
import { Pill, standOf } from "../../parts/status.tsx";
import { Clock, span, Time } from "../../parts/time.tsx";
import type { Steering } from "./steering.tsx";

interface Props {
  it: GetExecutionRow;
  title: string;
  live: Live;
  isOver: boolean;
  steering: Steering;
}

export function Header({ it, title, live, isOver, steering }: Props) {
  const { busy } = steering;
  const isHeld = it.status === "PAUSED" && it.pauseReason === "operator";
  return (
    <>
      <div className="row head">
        <h1 dir="auto" title={title}>{title}</h1>
        <span role="status">
          <Pill status={standOf(it)} />
        </span>
        <LiveSign live={live} isOver={isOver} />
        <span className="grow" />
        {!isOver && !isHeld && (
          <button type="button" disabled={busy !== null} onClick={steering.pause}>
            {busy === "pause" ? "Pausing…" : "Pause"}
          </button>
        )}
        {isHeld && (
          <button type="button" className="main" disabled={busy !== null} onClick={steering.resume}>
            {busy === "resume" ? "Resuming…" : "Resume"}
          </button>
        )}
        {!isOver && (
          <button
            type="button"
            disabled={busy !== null}
            onClick={() => steering.ask({ kind: "cancel" })}
          >
            {busy === "cancel" ? "Cancelling…" : "Cancel…"}
          </button>
        )}
      </div>
      <Facts it={it} title={title} isOver={isOver} />
      <div
        className="progress"
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={it.progressPercentage}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${it.progressPercentage}%` }} />
      </div>
    </>
  );
}

function Facts({ it, title, isOver }: { it: GetExecutionRow; title: string; isOver: boolean }) {
  const { now } = useContext(Clock);
  const began = it.startedAt ?? it.createdAt;
  const took = isOver ? it.durationMs : Math.max(0, now - Date.parse(began));
  const tokens = (it.inputTokens ?? 0) + (it.outputTokens ?? 0);
  return (
    <ul className="line dim">
      <li>
        <a
          href={to(`playbooks/${encodeURIComponent(it.playbookName)}`, {
            version: String(it.version),
          })}
        >
          <bdi>{title === it.playbookName ? "its playbook" : it.playbookName}</bdi>
        </a>{" "}
        v{it.version}
      </li>
      <li>{it.completedSteps} of {it.totalSteps} steps</li>
      <li>
        created <Time at={it.createdAt} />
      </li>
      <li>{isOver ? "took" : "for"} {span(took)}</li>
      <li>started by {it.triggerSource}</li>
      {it.deadlineAt && !isOver && it.status !== "PAUSED" && (
        <li>
          may take until <Time at={it.deadlineAt} />
        </li>
      )}
      {tokens > 0 && <li>{tokens.toLocaleString()} tokens</li>}
      {it.costUsd !== undefined && <li>{it.costUsd} USD</li>}
      {it.parentExecutionId && (
        <li>
          <a href={to(`executions/${it.parentExecutionId}`, { step: it.parentStepName })}>
            part of another execution
          </a>
        </li>
      )}
    </ul>
  );
}

const PATIENCE = 5000;

/** Whether what is shown is what is: said only once that was not so for a while. */
function LiveSign({ live, isOver }: { live: Live; isOver: boolean }) {
  const isBroken = live.state === "interrupted" && !isOver;
  const [isTold, tell] = useState(false);
  useEffect(() => {
    if (!isBroken) return tell(false);
    const timer = setTimeout(() => tell(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [isBroken]);
  if (isBroken && isTold) {
    return <span className="pill wait" role="status">live view interrupted, trying again</span>;
  }
  if (live.state === "failed") {
    return <span className="pill bad" role="status">no live view: {live.error?.message}</span>;
  }
  return live.state === "live" && !isOver ? <span className="pill busy">live</span> : null;
}
