import type { ListInboxRow } from "@pbdb/client";
import { usePbdb } from "@pbdb/react";
import { pbdbKeys } from "@pbdb/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { type Schema, yesOrNo } from "../../parts/form/schema.ts";
import { Outcomes } from "../../parts/outcomes.tsx";

interface Outcome {
  executionId: string;
  outcome: string;
  code?: string;
  message?: string;
}

/** Whether a yes or no is all that is needed: such items can be answered together. */
export const isQuick = (item: ListInboxRow) => yesOrNo(item.answerSchema as Schema) !== null;

/** The same answer for many, one after the other, with what became of each. */
export function Together({ items, none }: { items: ListInboxRow[]; none: () => void }) {
  const client = usePbdb();
  const queries = useQueryClient();
  const names = new Map(items.map((each) => [
    each.executionId,
    each.executionName || each.playbookName,
  ]));
  const all = useMutation({
    mutationFn: async (isYes: boolean) => {
      const said: Outcome[] = [];
      for (const each of items) {
        const name = yesOrNo(each.answerSchema as Schema)!;
        const about = { executionId: each.executionId };
        await client.executions.answer(each.executionId, each.stepAddress, { [name]: isYes })
          .then(() => said.push({ ...about, outcome: "answered" }))
          .catch(({ code, message }: { code?: string; message: string }) =>
            said.push({ ...about, outcome: "not answered", code: code ?? "", message })
          );
      }
      return { said, names };
    },
    onSettled: () => {
      none();
      void queries.invalidateQueries({ queryKey: pbdbKeys.inbox.all });
    },
  });
  return (
    <>
      {all.data && <Outcomes rows={all.data.said} names={all.data.names} close={all.reset} />}
      {items.length > 0 && (
        <div className="card row bulk" role="group" aria-label="Chosen">
          <span className="grow">{items.length} chosen</span>
          <button type="button" className="quiet" onClick={none}>Choose none</button>
          <button type="button" disabled={all.isPending} onClick={() => all.mutate(false)}>
            No to all
          </button>
          <button
            type="button"
            className="main"
            disabled={all.isPending}
            onClick={() => all.mutate(true)}
          >
            {all.isPending ? "Answering…" : "Yes to all"}
          </button>
        </div>
      )}
    </>
  );
}
