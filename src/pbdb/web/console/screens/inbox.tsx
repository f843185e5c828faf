import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";

import { change, to, usePlace } from "../address.ts";
import { call, type InboxItem, type Page, query } from "../api.ts";
import { Empty, Time, Trouble, useKeys, Value, Waiting } from "../parts/bits.tsx";
import { SchemaForm } from "../parts/form.tsx";

export function Inbox() {
  const place = usePlace();
  const found = useInfiniteQuery({
    queryKey: ["inbox", "list"],
    refetchInterval: 3000,
    queryFn: ({ pageParam }) =>
      call<Page<InboxItem>>("GET", `/inbox${query({ after: pageParam, limit: 50 })}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  const at = Math.max(0, items.findIndex((each) => each.step_result_id === place.said.get("item")));
  const item = items[at];
  const go = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next) change(place, { item: next.step_result_id });
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
                  <li key={each.step_result_id}>
                    <a
                      href={to("inbox", { item: each.step_result_id })}
                      aria-current={each === item ? "true" : undefined}
                      dir="auto"
                    >
                      <strong>{each.execution_name || each.playbook_name}</strong>
                      {each.item_index != null && ` · item ${each.item_index}`}
                      <span className="cut">{each.prompt ?? each.step_name}</span>
                      <span className="dim">
                        <Time at={each.waiting_since} />
                        {each.times_out_at && (
                          <>
                            · times out <Time at={each.times_out_at} />
                          </>
                        )}
                      </span>
                    </a>
                  </li>
                ))}
              </ul>
              {found.hasNextPage && (
                <button
                  type="button"
                  onClick={() => void found.fetchNextPage()}
                >
                  More
                </button>
              )}
            </div>
            <section className="card" aria-label="Item">
              <Answer key={item.step_result_id} item={item} />
            </section>
          </div>
        )}
    </>
  );
}

export function Answer({ item }: { item: InboxItem }) {
  const queries = useQueryClient();
  const answer = useMutation({
    mutationFn: (value: unknown) =>
      call(
        "POST",
        `/executions/${item.execution_id}/steps/${encodeURIComponent(item.step_address)}:answer`,
        { answer: value },
      ),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: ["inbox"] });
      void queries.invalidateQueries({ queryKey: ["execution", item.execution_id] });
    },
  });
  const who = Array.isArray(item.assignees) && item.assignees.length > 0
    ? item.assignees.join(", ")
    : "anybody";
  return (
    <>
      <h2 dir="auto">{item.prompt ?? item.step_name}</h2>
      <p className="dim">
        <a href={to(`executions/${item.execution_id}`)}>
          {item.execution_name || item.playbook_name}
        </a>{" "}
        · {item.step_name}
        {item.item_index != null && <>· item {item.item_index}</>} · may be answered by {who}
        {item.times_out_at && (
          <>
            · times out <Time at={item.times_out_at} />
          </>
        )}
      </p>
      {item.data != null && (
        <details open>
          <summary>What it is about</summary>
          <Value value={item.data} />
        </details>
      )}
      <Trouble error={answer.error} />
      <SchemaForm
        schema={item.answer_schema}
        action="Answer"
        busy={answer.isPending}
        send={(value) => answer.mutate(value)}
      />
    </>
  );
}
