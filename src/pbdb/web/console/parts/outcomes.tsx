import { executionAt } from "../address.ts";

interface Outcome {
  executionId: string;
  outcome: string;
  code?: string;
  message?: string;
}

/** What became of each that was asked for. */
export function Outcomes(
  props: { rows: Outcome[]; names: Map<string, string>; close: () => void },
) {
  const failed = props.rows.filter((each) => each.code);
  const done = props.rows.length - failed.length;
  return (
    <section className={failed.length ? "notice" : "card"} aria-label="Outcome" role="status">
      <div className="row">
        <strong className="grow">{done} of {props.rows.length} done</strong>
        <button type="button" className="quiet" onClick={props.close}>Close</button>
      </div>
      {failed.length > 0 && (
        <ul className="plain short-list">
          {failed.map((each) => (
            <li key={each.executionId}>
              <a href={executionAt(each.executionId)}>
                <bdi>{props.names.get(each.executionId) ?? each.executionId.slice(-8)}</bdi>
              </a>{" "}
              {each.outcome}: {each.message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
