import type { ListInboxRow } from "@pbdb/client";
import { useAnswerStep, useInbox } from "@pbdb/react";

import { change, to, usePlace } from "../address.ts";
import { type Schema, SchemaForm } from "../parts/form.tsx";
import { useKeys } from "../parts/keys.ts";
import { More } from "../parts/more.tsx";
import { Time } from "../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../parts/trouble.tsx";
import { Value } from "../parts/value.tsx";

export function Inbox() {
  const place = usePlace();
  const found = useInbox({ limit: 50 }, { refetchInterval: 3000 });
  const items = found.data ?? [];
  const at = Math.max(0, items.findIndex((each) => each.stepResultId === place.said.get("item")));
  const item = items[at];
  const go = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next) change(place, { item: next.stepResultId });
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    Enter: () =>
      document.querySelector<HTMLElement>(".schema input, .schema select, .schema textarea")
        ?.focus(),
  });
  return (
    <>
      <div className="row">
        <h1>Inbox</h1>
        <span className="dim">
          waits for people; j and k move, Enter goes to the form and sends it
        </span>
      </div>
      <Trouble error={found.error} />
      {found.isPending ? <Waiting /> : !item
        ? (
          <Empty>
            Nobody is waited for. A step of type <code>WAIT_FOR_INPUT</code> asks here.
          </Empty>
        )
        : (
          <div className="split">
            <div className="card scroll">
              <ul className="list" aria-label="Items">
                {items.map((each) => (
                  <li key={each.stepResultId}>
                    <a
                      href={to("inbox", { item: each.stepResultId })}
                      aria-current={each === item ? "true" : undefined}
                      dir="auto"
                    >
                      <strong>{each.executionName || each.playbookName}</strong>
                      {each.itemIndex !== undefined && ` · item ${each.itemIndex}`}
                      <span className="cut">{each.prompt ?? each.stepName}</span>
                      <span className="dim">
                        <Time at={each.waitingSince} />
                        {each.timesOutAt && (
                          <>
                            {" "}· times out <Time at={each.timesOutAt} />
                          </>
                        )}
                      </span>
                    </a>
                  </li>
                ))}
              </ul>
              <More found={found} />
            </div>
            <section className="card" aria-label="Item">
              <Answer key={item.stepResultId} item={item} />
            </section>
          </div>
        )}
    </>
  );
}

/** The question with its form; `isHere`: it is shown on the page of its execution. */
export function Answer({ item, isHere = false }: { item: ListInboxRow; isHere?: boolean }) {
  const answer = useAnswerStep();
  const who = Array.isArray(item.assignees) && item.assignees.length > 0
    ? item.assignees.join(", ")
    : "anybody";
  return (
    <>
      <h2 dir="auto">{item.prompt ?? item.stepName}</h2>
      <p className="dim">
        {!isHere && (
          <>
            <a href={to(`executions/${item.executionId}`)}>
              <bdi>{item.executionName || item.playbookName}</bdi>
            </a>{" "}
            ·{" "}
          </>
        )}
        <bdi>{item.stepName}</bdi>
        {item.itemIndex !== undefined && <>{" "}· item {item.itemIndex}</>} · may be answered by
        {" "}
        {who}
        {item.timesOutAt && (
          <>
            {" "}· times out <Time at={item.timesOutAt} />
          </>
        )}
      </p>
      {item.data != null && (
        <details open>
          <summary>What it is about</summary>
          <Value value={item.data} label="What it is about" />
        </details>
      )}
      <Trouble error={answer.error} />
      <SchemaForm
        schema={item.answerSchema as Schema | null}
        action="Answer"
        busy={answer.isPending || answer.isSuccess}
        send={(value) =>
          answer.mutate({
            executionId: item.executionId,
            step: item.stepAddress,
            answer: value as never,
          })}
      />
    </>
  );
}
