import "./overview.css";

import { useExecutionCounts, useExecutions, useOverview } from "@pbdb/react";
import { useContext, useMemo } from "react";

import { change, type Place, to, usePlace } from "../../address.ts";
import { Bars, bucketsOf } from "../../parts/chart.tsx";
import { Clock } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";
import { Table } from "../executions/table.tsx";
import { Attention } from "./attention.tsx";
import { Numbers } from "./numbers.tsx";

const EVERY = 5000;

export function Overview() {
  const found = useOverview({ refetchInterval: EVERY });
  const last = useExecutions({ limit: 10 }, { refetchInterval: EVERY });
  const rows = (last.data ?? []).slice(0, 10);
  return (
    <>
      <h1>Overview</h1>
      <Trouble error={found.error} />
      {found.data ? <Numbers it={found.data} /> : <Waiting rows={2} />}
      {found.data && <Attention it={found.data} />}
      <Ended />
      <section className="stack" aria-label="Last executions">
        <div className="row">
          <h2 className="grow">Last executions</h2>
          <a href={to("executions")}>All</a>
        </div>
        <Trouble error={last.error} />
        {last.isPending ? <Waiting rows={6} /> : rows.length === 0
          ? (
            <Empty>
              Nothing has run yet. Start something from{" "}
              <a href={to("playbooks")}>Playbooks</a>, or with <code>pbdb run</code>.
            </Empty>
          )
          : (
            <Table
              rows={rows}
              columns={["at", "steps", "created", "took"]}
              label="Last executions"
            />
          )}
      </section>
    </>
  );
}

const SPANS = {
  "24h": { word: "24 hours", step: "hour", count: 24 },
  "7d": { word: "7 days", step: "day", count: 7 },
  "30d": { word: "30 days", step: "day", count: 30 },
} as const;
type Span = keyof typeof SPANS;
const MS = { hour: 3600e3, day: 86400e3 };

/** How many ended how, by hour or day. */
function Ended() {
  const place = usePlace();
  const asked = place.said.get("span") ?? "24h";
  const span: Span = asked in SPANS ? asked as Span : "24h";
  const { word, step, count } = SPANS[span];
  const { now } = useContext(Clock);
  const last = Math.floor(now / MS[step]);
  const from = useMemo(
    () => new Date((last - count + 1) * MS[step]).toISOString(),
    [last, count, step],
  );
  const found = useExecutionCounts({ bucket: step, from }, { refetchInterval: EVERY });
  const buckets = useMemo(() => bucketsOf(found.data ?? [], step, count, last * MS[step]), [
    found.data,
    step,
    count,
    last,
  ]);
  const isNothing = buckets.every((each) => each.total === 0);
  return (
    <section className="card" aria-label="Ended">
      <div className="row">
        <h2 className="grow">Ended in the last {word}</h2>
        <Chips place={place} span={span} />
      </div>
      <Trouble error={found.error} />
      {found.isPending
        ? <Waiting rows={2} />
        : isNothing
        ? <p className="dim none">Nothing has ended in this time.</p>
        : <Bars buckets={buckets} step={step} />}
    </section>
  );
}

function Chips({ place, span }: { place: Place; span: Span }) {
  return (
    <span className="row" role="group" aria-label="Time">
      {(Object.keys(SPANS) as Span[]).map((each) => (
        <button
          key={each}
          type="button"
          className="chip"
          aria-pressed={span === each}
          onClick={() => change(place, { span: each === "24h" ? undefined : each })}
        >
          {SPANS[each].word}
        </button>
      ))}
    </span>
  );
}
