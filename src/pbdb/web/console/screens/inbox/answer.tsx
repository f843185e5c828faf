import { type ListInboxRow, PbdbError } from "@pbdb/client";
import { useAnswerStep } from "@pbdb/react";

import { executionAt } from "../../address.ts";
import { type Schema, SchemaForm } from "../../parts/form/form.tsx";
import { Time } from "../../parts/time.tsx";
import { Trouble } from "../../parts/trouble.tsx";
import { Value } from "../../parts/value.tsx";
import { useScope } from "../../shell/me.ts";

/** The question with its form; `isHere`: it is shown on the page of its execution. */
export function Answer({ item, isHere = false }: { item: ListInboxRow; isHere?: boolean }) {
  const answer = useAnswerStep();
  const mayAnswer = useScope("answer");
  const { error } = answer;
  // What the database says of places stands at their fields.
  const places = PbdbError.is(error, "PB012") ? error.errors : undefined;
  return (
    <>
      <h2 dir="auto">{item.prompt ?? item.stepName}</h2>
      <p className="dim">
        {!isHere && (
          <>
            <a href={executionAt(item.executionId, { step: item.stepName })}>
              <bdi>{item.executionName || item.playbookName}</bdi>
            </a>{" "}
            ·{" "}
          </>
        )}
        <bdi>{item.stepName}</bdi>
        {item.itemIndex !== undefined && (
          <>
            {" "}· <strong>item {item.itemIndex}</strong>
          </>
        )} · may be answered by <bdi>{whoMay(item)}</bdi>
        {item.timesOutAt && (
          <>
            {" "}· times out <Time at={item.timesOutAt} />
          </>
        )}
      </p>
      {item.waitsFor === "decision" && (
        <p>
          Its runner was lost, and nobody knows whether the step had its effect. Answer with its
          output, as if it had.
        </p>
      )}
      {item.data != null && (
        <details open>
          <summary>What it is about</summary>
          <Value value={item.data} label="What it is about" />
        </details>
      )}
      {!(places && places.length > 0) && <Trouble error={error} />}
      {mayAnswer
        ? (
          <SchemaForm
            schema={item.answerSchema as Schema | null}
            action="Answer"
            busy={answer.isPending || answer.isSuccess}
            errors={places}
            send={(value) =>
              answer.mutate({
                executionId: item.executionId,
                step: item.stepAddress,
                answer: value as never,
              })}
          />
        )
        : <p className="dim">You may look, but not answer: that needs the scope “answer”.</p>}
    </>
  );
}

export function whoMay(item: ListInboxRow): string {
  const { assignees } = item;
  return Array.isArray(assignees) && assignees.length > 0 ? assignees.join(", ") : "anybody";
}
