import { isOver, useCancelExecution, useExecution, useExecutionEvents } from "@pbdb/react";

export function Expense({ id }: { id: string }) {
  const { data: execution, error } = useExecution(id, { live: true });
  const { picture, state } = useExecutionEvents(id);
  const cancel = useCancelExecution();
  if (error) return <p role="alert">{error.message}</p>;
  if (!execution) return <p>Loading…</p>;
  return (
    <section aria-label="Expense">
      <h2>{execution.inputData.what}</h2>
      <p role="status">{execution.status}</p>
      <progress max={100} value={execution.progressPercentage} />
      {state === "interrupted" && <p>The live view is interrupted and comes back by itself.</p>}
      <ol>
        {picture?.steps.map((step) => (
          <li key={step.stepResultId}>{step.stepName}: {step.status}</li>
        ))}
      </ol>
      {!isOver(execution.status) && (
        <button type="button" onClick={() => cancel.mutate({ id, reason: "not needed" })}>
          {cancel.isPending ? "Cancelling…" : "Cancel"}
        </button>
      )}
      {execution.status === "COMPLETED" && (
        <pre aria-label="Output">{JSON.stringify(execution.outputData, null, 2)}</pre>
      )}
    </section>
  );
}
