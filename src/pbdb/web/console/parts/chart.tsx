import "./chart.css";

import type { GetExecutionCountsRow } from "@pbdb/client";
import { useContext } from "react";

import { to } from "../address.ts";
import { toneOf, wordOf } from "./status.tsx";
import { Clock } from "./time.tsx";

export interface Bucket {
  start: number;
  /** How many ended how, in the order of ORDER. */
  counts: [status: string, count: number][];
  total: number;
}

const MS = { hour: 3600e3, day: 86400e3 };
// From the ground up.
const ORDER = ["COMPLETED", "CANCELLED", "TIMEOUT", "FAILED"];

/** Every hour or day (of UTC) until now, those in which nothing ended too. */
export function bucketsOf(
  rows: GetExecutionCountsRow[],
  step: "hour" | "day",
  count: number,
  now: number,
): Bucket[] {
  const last = Math.floor(now / MS[step]) * MS[step];
  const found = new Map<number, Map<string, number>>();
  for (const each of rows) {
    const start = Date.parse(each.bucketStart);
    const counts = found.get(start) ?? new Map<string, number>();
    counts.set(each.status, (counts.get(each.status) ?? 0) + each.executionCount);
    found.set(start, counts);
  }
  return Array.from({ length: count }, (_, at) => {
    const start = last - (count - 1 - at) * MS[step];
    const counts = ORDER.flatMap((status): [string, number][] => {
      const said = found.get(start)?.get(status);
      return said ? [[status, said]] : [];
    });
    return { start, counts, total: counts.reduce((sum, [, each]) => sum + each, 0) };
  });
}

interface Props {
  buckets: Bucket[];
  step: "hour" | "day";
  /** What else the list of a bar is asked for. */
  filter?: Record<string, string>;
}

/** A bar an hour or day, by how executions ended; each leads to those that were started then. */
export function Bars({ buckets, step, filter = {} }: Props) {
  const { isUtc } = useContext(Clock);
  const most = Math.max(1, ...buckets.map((each) => each.total));
  const every = Math.ceil(buckets.length / 8);
  return (
    <div className="chart">
      <p className="most dim" aria-hidden="true">{most.toLocaleString()}</p>
      <ol aria-label={`Ended by ${step}`}>
        {buckets.map((each, place) => {
          const name = label(each.start, step, isUtc);
          const said = each.counts.map(([status, count]) =>
            `${count.toLocaleString()} ${wordOf(status).toLowerCase()}`
          ).join(", ") || "none";
          const href = to("executions", {
            ...filter,
            from: new Date(each.start).toISOString(),
            to: new Date(each.start + MS[step]).toISOString(),
          });
          return (
            <li key={each.start}>
              <a href={href} aria-label={`${name}: ${said}`} title={`${name}: ${said}`}>
                <span className="column" style={{ height: `${100 * each.total / most}%` }}>
                  {each.counts.map(([status, count]) => (
                    <i
                      key={status}
                      className={toneOf(status)}
                      style={{ flexGrow: count }}
                    />
                  ))}
                </span>
              </a>
              <span className="tick dim" aria-hidden="true">
                {place % every === 0 ? name : ""}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function label(start: number, step: "hour" | "day", isUtc: boolean): string {
  const zone = isUtc || step === "day" ? { timeZone: "UTC" } : {};
  return new Date(start).toLocaleString(undefined, {
    ...(step === "hour"
      ? { hour: "2-digit", minute: "2-digit" }
      : { month: "short", day: "numeric" }),
    ...zone,
  });
}

/** The same in small, without words: for a row of a table. */
export function Spark(props: { good: number[]; bad: number[]; label: string }) {
  const totals = props.good.map((each, at) => each + (props.bad[at] ?? 0));
  const most = Math.max(1, ...totals);
  return (
    <span className="spark" role="img" aria-label={props.label} title={props.label}>
      {totals.map((total, at) => (
        <span key={at} className="column" style={{ height: `${Math.max(4, 100 * total / most)}%` }}>
          {(props.good[at] ?? 0) > 0 && <i className="good" style={{ flexGrow: props.good[at] }} />}
          {(props.bad[at] ?? 0) > 0 && <i className="bad" style={{ flexGrow: props.bad[at] }} />}
        </span>
      ))}
    </span>
  );
}
