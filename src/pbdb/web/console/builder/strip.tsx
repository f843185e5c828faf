import type { Trouble } from "../../document/read.ts";
import type { Found } from "./check.ts";

interface Props {
  troubles: Trouble[];
  issues: Found[];
  isBehind: boolean;
  error: unknown;
  line: (offset: number) => number;
  go: (from: number, to: number, step: string | null) => void;
}

/** What is wrong, each a way to where it is. */
export function Strip(props: Props) {
  const count = props.troubles.length || props.issues.length;
  const errors = props.troubles.length ||
    props.issues.filter((each) => each.severity === "error").length;
  const tone = props.error ? "wait" : errors ? "bad" : count ? "wait" : "good";
  const said = props.error
    ? "The check did not answer"
    : props.troubles.length
    ? "It cannot be read as YAML"
    : props.isBehind && !count
    ? "Checking…"
    : count === 0
    ? "Nothing is wrong with it"
    : errors
    ? `${errors} ${errors === 1 ? "error" : "errors"}${
      count > errors ? `, ${count - errors} to think of` : ""
    }`
    : `${count} to think of`;
  return (
    <section className="strip" aria-label="Issues" data-behind={props.isBehind}>
      <p role="status">
        <span className={`pill ${tone}`}>
          <span aria-hidden="true">{tone === "good" ? "✓" : tone === "bad" ? "✕" : "!"}</span>{" "}
          {said}
        </span>
      </p>
      {count > 0 && (
        <ul>
          {props.troubles.map((each, at) => (
            <li key={at}>
              <button
                type="button"
                className="bad"
                onClick={() => props.go(each.from, each.to, null)}
              >
                <b>line {props.line(each.from)}</b> <span>{each.message}</span>
              </button>
            </li>
          ))}
          {props.troubles.length === 0 && props.issues.map((each, at) => (
            <li key={at}>
              <button
                type="button"
                className={each.severity === "error" ? "bad" : "wait"}
                onClick={() => props.go(each.range.from, each.range.to, each.stepName ?? null)}
              >
                <b>line {props.line(each.range.from)}</b> <code>{each.place ?? "playbook"}</code>
                {" "}
                <span dir="auto">{each.message}</span>{" "}
                {each.hint && <span className="dim">{each.hint}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
