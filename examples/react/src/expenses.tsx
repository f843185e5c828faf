import { useExecutions } from "@pbdb/react";

export function Expenses({ onChosen }: { onChosen: (id: string) => void }) {
  const { data = [], hasNextPage, fetchNextPage } = useExecutions({
    playbookName: "expense",
    limit: 10,
  });
  return (
    <section aria-label="Past">
      <h2>Past</h2>
      <ul>
        {data.map((each) => (
          <li key={each.executionId}>
            <button type="button" onClick={() => onChosen(each.executionId)}>
              {new Date(each.createdAt).toLocaleString()}: {each.status}
            </button>
          </li>
        ))}
      </ul>
      {hasNextPage && <button type="button" onClick={() => fetchNextPage()}>More</button>}
    </section>
  );
}
