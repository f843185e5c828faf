import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { to } from "../address.ts";
import { call, type DeadLetter, type Outcome, type Page, query } from "../api.ts";
import { Ask } from "../parts/ask.tsx";
import { Time } from "../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../parts/trouble.tsx";
import { Outcomes } from "./executions.tsx";

export function DeadLetters() {
  const queries = useQueryClient();
  const [discarding, setDiscarding] = useState<DeadLetter | null>(null);
  const found = useInfiniteQuery({
    queryKey: ["dead-letters", "list"],
    refetchInterval: 5000,
    queryFn: ({ pageParam }) =>
      call<Page<DeadLetter>>("GET", `/dead-letters${query({ after: pageParam, limit: 50 })}`),
    initialPageParam: "",
    getNextPageParam: (last) => last.next,
  });
  const steer = useMutation({
    mutationFn: ({ verb, id, reason }: { verb: string; id: string; reason?: string }) =>
      call<Page<Outcome>>("POST", `/dead-letters:${verb}`, {
        execution_ids: [id],
        ...(reason ? { reason } : {}),
      }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ["dead-letters"] }),
  });
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <h1>Dead letters</h1>
      <Trouble error={found.error ?? steer.error} />
      {steer.data && <Outcomes rows={steer.data.items} />}
      {found.isPending ? <Waiting /> : rows.length === 0
        ? (
          <Empty>
            There are none. An execution comes here when its step was lost too often or nothing can
            go on.
          </Empty>
        )
        : (
          <div className="card scroll" tabIndex={0} role="region" aria-label="Dead letters">
            <table>
              <thead>
                <tr>
                  <th>Execution</th>
                  <th>Why</th>
                  <th className="num">Attempts</th>
                  <th>Since</th>
                  <th>
                    <span className="hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.execution_id}>
                    <td className="wide" dir="auto">
                      <a href={to(`executions/${row.execution_id}`)}>
                        {row.execution_name || row.playbook_name}
                      </a>
                      <span className="cut dim">{row.step_name}</span>
                    </td>
                    <td className="wide">
                      {row.reason}
                      <span className="cut wrong" title={row.error_message ?? ""}>
                        {row.error_code}
                        {row.error_message && `: ${row.error_message}`}
                      </span>
                    </td>
                    <td className="num">{row.attempts}</td>
                    <td>
                      <Time at={row.since} />
                    </td>
                    <td>
                      <span className="row">
                        <button
                          type="button"
                          disabled={steer.isPending}
                          onClick={() => steer.mutate({ verb: "requeue", id: row.execution_id })}
                        >
                          Requeue
                        </button>
                        <button
                          type="button"
                          disabled={steer.isPending}
                          onClick={() => setDiscarding(row)}
                        >
                          Discard…
                        </button>
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {found.hasNextPage && (
        <button type="button" onClick={() => void found.fetchNextPage()}>Older</button>
      )}
      {discarding && (
        <Ask
          title={`Discard ${discarding.execution_name || discarding.playbook_name}`}
          action="Discard it"
          reason
          done={(reason) => steer.mutate({ verb: "discard", id: discarding.execution_id, reason })}
          close={() => setDiscarding(null)}
        />
      )}
    </>
  );
}
