import type { GetOverviewRow, ListDeadLettersRow } from "@pbdb/client";
import { useDeadLetters, usePlaybooks, usePlaybookTrends, useRequeueDeadLetter } from "@pbdb/react";
import type { ReactNode } from "react";

import { executionAt, playbookAt, to } from "../../address.ts";
import { Time } from "../../parts/time.tsx";
import { Trouble } from "../../parts/trouble.tsx";

const SOON = 3600e3;
const DAYS = 2;
const MOST = 5;
const LETTERS = 200;

interface Need {
  key: string;
  what: ReactNode;
  action: ReactNode;
}

/** What somebody has to look at, each with the one thing to do about it. */
export function Attention({ it }: { it: GetOverviewRow }) {
  const requeue = useRequeueDeadLetter();
  const dead = useDeadLetters({ limit: LETTERS }, { enabled: it.deadLetters > 0 });
  const playbooks = usePlaybooks({ limit: 200 }, { staleTime: 60_000 });
  const names = (playbooks.data ?? []).filter((each) => each.failedCount > 0)
    .map((each) => each.name).slice(0, 200);
  const trends = usePlaybookTrends({ name: names, days: DAYS }, { staleTime: 60_000 });
  const needs: Need[] = [];
  for (const each of it.unservedHandlers) {
    needs.push({
      key: `unserved ${each}`,
      what: (
        <>
          No runner known does <code>{each}</code>, and steps wait for one.
        </>
      ),
      action: (
        <span className="dim">
          start one: <code>pbdb worker</code>
        </span>
      ),
    });
  }
  if (it.nextTimeoutAt && Date.parse(it.nextTimeoutAt) - Date.now() < SOON) {
    needs.push({
      key: "timeout",
      what: (
        <>
          Somebody is waited for, but not for long: it times out <Time at={it.nextTimeoutAt} />.
        </>
      ),
      action: <a className="button" href={to("inbox")}>Answer</a>,
    });
  }
  const groups = grouped(it.deadLetters > 0 ? dead.data ?? [] : []);
  for (const each of groups.slice(0, MOST)) needs.push(letters(each, requeue));
  if (groups.length > MOST || it.deadLetters > LETTERS) {
    needs.push({
      key: "more",
      what: "There are more dead letters.",
      action: <a className="button" href={to("dead-letters")}>Look at all</a>,
    });
  }
  for (const each of failing(trends.data ?? [])) {
    needs.push({
      key: `failing ${each.playbookName}`,
      what: (
        <>
          <a href={playbookAt(each.playbookName)}>
            <bdi>{each.playbookName}</bdi>
          </a>{" "}
          failed {each.failed} of {each.all} times since yesterday
          {each.lastErrorCode && (
            <>
              , last with <span className="wrong">{each.lastErrorCode}</span>
            </>
          )}
        </>
      ),
      action: each.lastFailedExecutionId
        ? <a className="button" href={executionAt(each.lastFailedExecutionId)}>See why</a>
        : null,
    });
  }
  if (needs.length === 0) return null;
  return (
    <section className="card" aria-label="Needs attention">
      <h2>Needs attention</h2>
      <Trouble error={requeue.error} />
      <ul className="needs">
        {needs.map((each) => (
          <li key={each.key}>
            <span className="grow">{each.what}</span>
            {each.action}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Dead letters of one playbook with one error are one thing to look at. */
function grouped(rows: ListDeadLettersRow[]): ListDeadLettersRow[][] {
  const found = new Map<string, ListDeadLettersRow[]>();
  for (const each of rows) {
    const key = `${each.playbookName}\n${each.errorCode}`;
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  return [...found.values()];
}

function letters(
  rows: ListDeadLettersRow[],
  requeue: ReturnType<typeof useRequeueDeadLetter>,
): Need {
  const [first] = rows as [ListDeadLettersRow];
  const why = <span className="wrong">{first.errorCode ?? first.reason}</span>;
  if (rows.length === 1) {
    return {
      key: first.executionId,
      what: (
        <>
          <a href={executionAt(first.executionId)}>
            <bdi>{first.executionName || first.playbookName}</bdi>
          </a>{" "}
          is a dead letter <Time at={first.since} />: {why}
        </>
      ),
      action: (
        <button
          type="button"
          disabled={requeue.isPending}
          onClick={() => requeue.mutate([first.executionId])}
        >
          Requeue
        </button>
      ),
    };
  }
  const said = { playbook: first.playbookName, error: first.errorCode };
  return {
    key: first.executionId,
    what: (
      <>
        <strong>{rows.length}</strong> dead letters of{" "}
        <a href={playbookAt(first.playbookName)}>
          <bdi>{first.playbookName}</bdi>
        </a>: {why}
      </>
    ),
    action: <a className="button" href={to("dead-letters", said)}>Look at them</a>,
  };
}

interface Trend {
  playbookName: string;
  completedCounts?: number[];
  failedCounts?: number[];
  lastErrorCode?: string;
  lastFailedExecutionId?: string;
}

/** Playbooks of which more than a tenth failed lately, the worst first. */
function failing(trends: Trend[]) {
  const sum = (counts: number[] | undefined) => (counts ?? []).reduce((all, each) => all + each, 0);
  return trends.map((each) => {
    const failed = sum(each.failedCounts);
    return { ...each, failed, all: failed + sum(each.completedCounts) };
  })
    .filter((each) => each.failed > 0 && each.failed / each.all > 0.1)
    .sort((a, b) => b.failed - a.failed).slice(0, MOST);
}
