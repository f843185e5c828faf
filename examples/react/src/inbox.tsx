import { useAnswerStep, useInbox } from "@pbdb/react";

export function Inbox() {
  // What others start is asked for now and then; what this page follows comes at once.
  const { data: items = [] } = useInbox({ playbookName: "expense" }, { refetchInterval: 5000 });
  const answer = useAnswerStep();
  return (
    <section aria-label="Inbox">
      <h2>To decide</h2>
      {items.length === 0 && <p>Nobody waits for you.</p>}
      <ul>
        {items.map((item) => (
          <li key={item.stepResultId}>
            {item.prompt}
            {[true, false].map((isAgreed) => (
              <button
                key={String(isAgreed)}
                type="button"
                onClick={() =>
                  answer.mutate({
                    executionId: item.executionId,
                    step: item.stepAddress,
                    answer: { is_agreed: isAgreed },
                  })}
              >
                {isAgreed ? "Agree" : "Decline"}
              </button>
            ))}
          </li>
        ))}
      </ul>
      {answer.error && <p role="alert">{answer.error.message}</p>}
    </section>
  );
}
