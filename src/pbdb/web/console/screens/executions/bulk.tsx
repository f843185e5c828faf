import type { ListExecutionsRow } from "@pbdb/client";
import { useCancelExecutions, useRetryExecutions } from "@pbdb/react";
import { useState } from "react";

import { Ask } from "../../parts/ask.tsx";
import type { useChosen } from "../../parts/chosen.ts";
import { Outcomes } from "../../parts/outcomes.tsx";
import { Trouble } from "../../parts/trouble.tsx";

interface Props {
  chosen: ReturnType<typeof useChosen>;
  rows: ListExecutionsRow[];
}

const MOST = 500;

/** What is done with the chosen ones, with an outcome for each. */
export function Bulk({ chosen, rows }: Props) {
  const [asking, setAsking] = useState<"cancel" | "retry" | null>(null);
  const cancel = useCancelExecutions({ onSuccess: chosen.none });
  const retry = useRetryExecutions({ onSuccess: chosen.none });
  const said = cancel.data ?? retry.data;
  const names = new Map(rows.map((each) => [
    each.executionId,
    each.executionName || each.playbookName,
  ]));
  const ids = [...chosen.ids];
  const count = `${ids.length} ${ids.length === 1 ? "execution" : "executions"}`;
  const isBusy = cancel.isPending || retry.isPending;
  const ask = (verb: "cancel" | "retry") => {
    cancel.reset();
    retry.reset();
    setAsking(verb);
  };
  return (
    <>
      <Trouble error={cancel.error ?? retry.error} />
      {said && (
        <Outcomes
          rows={said}
          names={names}
          close={() => {
            cancel.reset();
            retry.reset();
          }}
        />
      )}
      {ids.length > 0 && (
        <div className="card row bulk" role="group" aria-label="Chosen">
          <span className="grow">{ids.length} chosen</span>
          <button
            type="button"
            className="quiet"
            onClick={() => chosen.all(rows.slice(0, MOST).map((each) => each.executionId))}
          >
            Choose all {Math.min(rows.length, MOST)} shown
          </button>
          <button type="button" className="quiet" onClick={chosen.none}>Choose none</button>
          <button type="button" disabled={isBusy} onClick={() => ask("retry")}>
            {retry.isPending ? "Retrying…" : "Retry…"}
          </button>
          <button type="button" disabled={isBusy} onClick={() => ask("cancel")}>
            {cancel.isPending ? "Cancelling…" : "Cancel…"}
          </button>
        </div>
      )}
      {asking && (
        <Ask
          title={`${asking === "cancel" ? "Cancel" : "Retry"} ${count}`}
          action={asking === "cancel" ? "Cancel them" : "Retry them"}
          reason={asking === "cancel"}
          done={(reason) =>
            asking === "cancel" ? cancel.mutate({ ids, reason }) : retry.mutate({ ids })}
          close={() => setAsking(null)}
        >
          <p className="dim">
            What cannot be done for one of them is said, and done for the others.
          </p>
        </Ask>
      )}
    </>
  );
}
