import type { GetExecutionRow, LiveStep, Picture } from "@pbdb/client";
import { useContext } from "react";

import { Clock, moment, span } from "../../parts/time.tsx";
import { toneOf } from "../../parts/status.tsx";
import type { Standing } from "./state.ts";

interface Props {
  it: GetExecutionRow;
  standing: Map<string, Standing>;
  live: Picture | undefined;
  isOver: boolean;
  selected: string | undefined;
  href: (step: string) => string;
}

/** The time that is shown, from the first start to the end or now; milliseconds. */
export interface Window {
  start: number;
  end: number;
}

export function useWindow(it: GetExecutionRow, isOver: boolean): Window {
  const { now } = useContext(Clock);
  const start = Date.parse(it.startedAt ?? it.createdAt);
  const end = isOver && it.completedAt ? Date.parse(it.completedAt) : Math.max(now, start);
  return { start, end: Math.max(end, start + 1) };
}

/** When which step worked: a row a step, a bar an attempt; waiting for somebody is hatched. */
export function Bars(props: Props) {
  const { isUtc } = useContext(Clock);
  const window = useWindow(props.it, props.isOver);
  const began = [...props.standing.values()].filter((each) => each.row?.firstStartedAt)
    .sort((a, b) => a.row!.firstStartedAt! < b.row!.firstStartedAt! ? -1 : 1);
  const attempts = byStep(props.live?.steps ?? []);
  if (began.length === 0) {
    return <p className="dim pad">No step has begun.</p>;
  }
  return (
    <div className="bars" role="group" aria-label="When each step worked">
      <p className="scale dim" aria-hidden="true">
        <span title={moment(window.start, isUtc)}>0</span>
        <span>{span((window.end - window.start) / 2)}</span>
        <span title={moment(window.end, isUtc)}>{span(window.end - window.start)}</span>
      </p>
      <ul>
        {began.map((each) => {
          const { stepName } = each.node;
          const took = tookOf(each, window);
          return (
            <li key={stepName}>
              <a
                href={props.href(stepName)}
                aria-current={props.selected === stepName ? "true" : undefined}
                title={stepName}
              >
                <span className="what" dir="auto">{stepName}</span>
                <Bar
                  standing={each}
                  attempts={attempts.get(stepName) ?? []}
                  window={window}
                />
                <span className="num">{span(took)}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

export function tookOf({ row }: Standing, window: Window): number | null {
  if (!row?.firstStartedAt) return null;
  const isOpen = row.runningCount + row.pendingCount > 0 || !row.lastCompletedAt;
  return (isOpen ? window.end : Date.parse(row.lastCompletedAt!)) - Date.parse(row.firstStartedAt);
}

function byStep(steps: LiveStep[]): Map<string, LiveStep[]> {
  const found = new Map<string, LiveStep[]>();
  for (const each of steps) {
    const list = found.get(each.stepName);
    if (list) list.push(each);
    else found.set(each.stepName, [each]);
  }
  return found;
}

const MOST = 60;

/** The bars of one step; more than sixty attempts are one bar from the first to the last. */
export function Bar(props: { standing: Standing; attempts: LiveStep[]; window: Window }) {
  const { row, node, status } = props.standing;
  const { start, end } = props.window;
  const at = (time: number) => 100 * (Math.min(Math.max(time, start), end) - start) / (end - start);
  const bar = (key: string, from: string, to: string | undefined, tone: string) => {
    const left = Math.min(at(Date.parse(from)), 99.4);
    const right = to ? at(Date.parse(to)) : 100;
    return <i key={key} className={tone} style={{ left: `${left}%`, width: `${right - left}%` }} />;
  };
  const isWait = node.stepType === "WAIT_FOR_INPUT" || status === "WAITING";
  const toned = (of: string | undefined) =>
    isWait ? `${of === "RUNNING" || of === "WAITING" ? "wait" : toneOf(of)} hatched` : toneOf(of);
  const started = props.attempts.filter((each) => each.startedAt);
  const isEnded = row && row.runningCount + row.pendingCount === 0;
  return (
    <span className="bar" aria-hidden="true">
      {started.length > 0 && started.length <= MOST
        ? started.map((each) =>
          bar(each.stepResultId, each.startedAt!, each.completedAt, toned(each.status))
        )
        : row?.firstStartedAt &&
          bar(
            "all",
            row.firstStartedAt,
            isEnded ? row.lastCompletedAt : undefined,
            toned(status),
          )}
    </span>
  );
}
