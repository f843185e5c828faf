import type { GetExecutionRow } from "@pbdb/client";
import { isOver as hasEnded, useExecutionDiagnosis, useInbox } from "@pbdb/react";
import { useState } from "react";

import { to } from "../../address.ts";
import { Trouble } from "../../parts/trouble.tsx";
import { Answer } from "../inbox/answer.tsx";
import { Findings } from "./findings.tsx";
import type { Steering } from "./steering.tsx";

interface Props {
  it: GetExecutionRow;
  /** The step that ended it, or the one that it waits for. */
  step: string | undefined;
  steering: Steering;
}

/** What is the matter now, with what can be done about it; nothing for what went well. */
export function Problem(props: Props) {
  const { it } = props;
  if (it.status === "COMPLETED") return null;
  return hasEnded(it.status) ? <Ended {...props} /> : <Open {...props} />;
}

function Ended({ it, step, steering }: Props) {
  const said = it.status === "CANCELLED"
    ? "It was cancelled"
    : it.status === "TIMEOUT"
    ? "It took too long"
    : "It failed";
  const edit = to(`playbooks/${encodeURIComponent(it.playbookName)}/edit`, { step });
  return (
    <section className="trouble problem" aria-label="Why it ended">
      <p className="row">
        <span>
          <strong>{said}</strong>
          {step && it.status !== "CANCELLED" && (
            <>
              {" "}at <bdi>{step}</bdi>
            </>
          )}
        </span>
        {it.errorCode && <code className="code">{it.errorCode}</code>}
      </p>
      {it.errorMessage && (
        <pre className="text" dir="auto" tabIndex={0} role="group" aria-label="Error message">
          {it.errorMessage}
        </pre>
      )}
      <p className="row">
        <button
          type="button"
          className="main"
          disabled={steering.busy !== null}
          onClick={() => steering.retry({})}
        >
          {steering.busy === "retry" ? "Retrying…" : "Retry"}
        </button>
        <button
          type="button"
          disabled={steering.busy !== null}
          onClick={() => steering.ask({ kind: "retry", step })}
        >
          Retry otherwise…
        </button>
        <a className="button" href={edit}>Mend the playbook</a>
      </p>
    </section>
  );
}

function Open({ it, steering }: Props) {
  const id = it.executionId;
  const waits = useInbox({ executionId: id, waitsFor: ["answer", "decision"], limit: 50 });
  const found = useExecutionDiagnosis(id);
  const [at, setAt] = useState(0);
  const items = waits.data ?? [];
  const item = items[Math.min(at, items.length - 1)];
  // What has no remedy is as it should be: time alone, or a runner that is at it, will move it.
  const findings = (found.data ?? []).filter((each) => each.remedy !== undefined);
  return (
    <>
      {item && (
        <section className="card problem" aria-label="It waits for an answer">
          <Answer key={item.stepResultId} item={item} isHere />
          {items.length > 1 && (
            <p className="row dim">
              <button type="button" disabled={at === 0} onClick={() => setAt(at - 1)}>
                Previous
              </button>
              <span>
                {Math.min(at, items.length - 1) + 1} of {items.length}
                {waits.hasNextPage ? "+" : ""}
              </span>
              <button
                type="button"
                disabled={at >= items.length - 1}
                onClick={() => setAt(at + 1)}
              >
                Next
              </button>
              <a href={to("inbox")}>All in the inbox</a>
            </p>
          )}
        </section>
      )}
      {!item && findings.length > 0 && (
        <section className="notice problem" aria-label="Why it stands where it stands">
          <Findings rows={findings} steering={steering} most={3} />
        </section>
      )}
      <Trouble error={waits.error ?? found.error} />
    </>
  );
}
