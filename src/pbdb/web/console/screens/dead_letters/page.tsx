import type { ListDeadLettersRow } from "@pbdb/client";
import { useDeadLetters, useDiscardDeadLetter, useRequeueDeadLetter } from "@pbdb/react";
import { useRef, useState } from "react";

import { change, executionAt, usePlace } from "../../address.ts";
import { Ask } from "../../parts/ask.tsx";
import { useChosen } from "../../parts/chosen.ts";
import { More } from "../../parts/more.tsx";
import { Outcomes } from "../../parts/outcomes.tsx";
import { useRowKeys } from "../../parts/rows.ts";
import { Time } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";

// As many as one call takes.
const MOST = 500;
const EVERY = 5000;

export function DeadLetters() {
  const place = usePlace();
  const playbookName = place.said.get("playbook") ?? undefined;
  const errorCode = place.said.get("error") ?? undefined;
  const filter = {
    ...(playbookName ? { playbookName } : {}),
    ...(errorCode ? { errorCode } : {}),
  };
  const isFiltered = Object.keys(filter).length > 0;
  // A filter shows all that it finds, so that it says how many would be put back.
  const found = useDeadLetters({ ...filter, limit: isFiltered ? MOST : 50 }, {
    refetchInterval: EVERY,
  });
  const rows = found.data ?? [];
  const chosen = useChosen();
  const [asking, setAsking] = useState<"requeue" | "discard" | null>(null);
  const requeue = useRequeueDeadLetter({ onSuccess: chosen.none });
  const discard = useDiscardDeadLetter({ onSuccess: chosen.none });
  const said = requeue.data ?? discard.data;
  const reset = () => {
    requeue.reset();
    discard.reset();
  };
  const ask = (verb: "requeue" | "discard", ids?: string[]) => {
    reset();
    if (ids) chosen.all(ids);
    setAsking(verb);
  };
  const ids = [...chosen.ids];
  const isBusy = requeue.isPending || discard.isPending;
  const count = `${ids.length} ${ids.length === 1 ? "dead letter" : "dead letters"}`;
  return (
    <>
      <div className="row">
        <h1>Dead letters</h1>
        <span className="dim grow">executions that nothing moves on until somebody decides</span>
        {isFiltered && rows.length > 0 && (
          <button
            type="button"
            disabled={isBusy}
            onClick={() => ask("requeue", rows.map((each) => each.executionId))}
          >
            Requeue all {rows.length}…
          </button>
        )}
      </div>
      {isFiltered && (
        <div className="row" role="group" aria-label="Filters">
          {Object.entries({ playbook: playbookName, error: errorCode }).map(([key, value]) =>
            value && (
              <button
                key={key}
                type="button"
                className="chip"
                aria-pressed="true"
                onClick={() => change(place, { [key]: undefined })}
              >
                {key}: <bdi className="short-text">{value}</bdi> <span aria-hidden="true">×</span>
                <span className="hidden">, take away</span>
              </button>
            )
          )}
        </div>
      )}
      <Trouble error={found.error ?? requeue.error ?? discard.error} />
      {said && <Outcomes rows={said} names={new Map()} close={reset} />}
      {ids.length > 0 && !asking && (
        <div className="card row bulk" role="group" aria-label="Chosen">
          <span className="grow">{ids.length} chosen</span>
          <button type="button" className="quiet" onClick={chosen.none}>Choose none</button>
          <button type="button" disabled={isBusy} onClick={() => ask("requeue")}>Requeue…</button>
          <button type="button" disabled={isBusy} onClick={() => ask("discard")}>Discard…</button>
        </div>
      )}
      {found.isPending ? <Waiting rows={6} /> : rows.length === 0
        ? (
          <Empty>
            {isFiltered
              ? "None fits any more."
              : "There are none. An execution comes here when its step was lost too often, or when nothing can go on."}
          </Empty>
        )
        : (
          <Table
            rows={rows}
            chosen={chosen}
            isBusy={isBusy}
            filter={(said) => change(place, said)}
            requeue={(id) => {
              reset();
              requeue.mutate([id]);
            }}
            discard={(id) => ask("discard", [id])}
          />
        )}
      <More found={found} word="Older" />
      {asking && (
        <Ask
          title={`${asking === "requeue" ? "Requeue" : "Discard"} ${count}`}
          action={asking === "requeue" ? "Requeue" : "Discard"}
          reason={asking === "discard"}
          done={(reason) =>
            asking === "requeue"
              ? requeue.mutate(ids)
              : discard.mutate({ executionIds: ids, reason })}
          close={() => setAsking(null)}
        >
          <p>
            {asking === "requeue"
              ? "Each is tried again where it stopped."
              : "They stay failed, and are listed here no more."}
          </p>
        </Ask>
      )}
    </>
  );
}

function Table(props: {
  rows: ListDeadLettersRow[];
  chosen: ReturnType<typeof useChosen>;
  isBusy: boolean;
  filter: (said: Record<string, string>) => void;
  requeue: (id: string) => void;
  discard: (id: string) => void;
}) {
  const area = useRef<HTMLDivElement>(null);
  useRowKeys(area);
  return (
    <div ref={area} className="card scroll" tabIndex={0} role="region" aria-label="Dead letters">
      <table>
        <thead>
          <tr>
            <th className="tick">
              <span className="hidden">Choose</span>
            </th>
            <th>Execution</th>
            <th>Why</th>
            <th className="num optional">Attempts</th>
            <th className="optional">Last runner</th>
            <th>Since</th>
            <th>
              <span className="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => {
            const name = row.executionName || row.playbookName;
            return (
              <tr key={row.executionId} data-row={row.executionId}>
                <td className="tick">
                  <input
                    type="checkbox"
                    aria-label={`Choose ${name}`}
                    checked={props.chosen.ids.has(row.executionId)}
                    onChange={() => props.chosen.toggle(row.executionId)}
                  />
                </td>
                <td className="wide">
                  <a className="cut-2" href={executionAt(row.executionId)} dir="auto">{name}</a>
                  <span className="cut dim">
                    <bdi>{row.playbookName}</bdi>
                    {row.stepName && (
                      <>
                        {" "}· <bdi>{row.stepName}</bdi>
                      </>
                    )}
                  </span>
                </td>
                <td className="wide">
                  {row.reason}
                  {row.errorCode && (
                    <span className="cut wrong" title={row.errorMessage}>
                      <button
                        type="button"
                        className="quiet code"
                        title={`Only those with ${row.errorCode}`}
                        onClick={() => props.filter({ error: row.errorCode! })}
                      >
                        {row.errorCode}
                      </button>{" "}
                      <bdi>{row.errorMessage}</bdi>
                    </span>
                  )}
                </td>
                <td className="num optional">{row.attempts}</td>
                <td className="optional">
                  <span className="cut">{row.worker ?? "–"}</span>
                </td>
                <td className="when">
                  <Time at={row.since} />
                </td>
                <td>
                  <span className="row actions">
                    <button
                      type="button"
                      disabled={props.isBusy}
                      onClick={() =>
                        props.requeue(row.executionId)}
                    >
                      Requeue
                    </button>
                    <button
                      type="button"
                      disabled={props.isBusy}
                      onClick={() =>
                        props.discard(row.executionId)}
                    >
                      Discard…
                    </button>
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
