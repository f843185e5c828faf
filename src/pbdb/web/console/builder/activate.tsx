import { Dialog } from "../parts/ask.tsx";
import { Trouble } from "../parts/trouble.tsx";
import type { Found } from "./check.ts";
import { Compare } from "./compare.tsx";

/** What changes, and what to think of, before new executions take it. */
export function Activate(props: {
  name: string;
  active: { version: number; text: string } | null;
  text: string;
  issues: Found[];
  isBusy: boolean;
  error: unknown;
  activate: () => void;
  close: () => void;
}) {
  const errors = props.issues.filter((each) => each.severity === "error");
  const others = props.issues.filter((each) => each.severity !== "error");
  return (
    <Dialog title={`Activate ${props.name}`} close={props.close} big>
      <Trouble error={props.error} />
      {errors.length > 0 && (
        <div className="trouble">
          <strong>It cannot be activated yet.</strong>
          <Said issues={errors} />
        </div>
      )}
      {others.length > 0 && (
        <div className="notice">
          <strong>Think of this first:</strong>
          <Said issues={others} />
        </div>
      )}
      {props.issues.length === 0 && <p>Nothing is wrong with it.</p>}
      {props.active
        ? (
          <>
            <p>
              From now on executions start with this instead of v{props.active.version}; open ones
              go on as they began.
            </p>
            <Compare
              before={props.active.text}
              after={props.text}
              label={`Changes since v${props.active.version}`}
            />
          </>
        )
        : <p>It is the first version that is active.</p>}
      <p className="row end">
        <button type="button" onClick={props.close}>Back</button>
        <button
          type="button"
          className="main"
          disabled={errors.length > 0 || props.isBusy}
          onClick={props.activate}
        >
          {props.isBusy ? "Activating…" : "Activate"}
        </button>
      </p>
    </Dialog>
  );
}

function Said({ issues }: { issues: Found[] }) {
  return (
    <ul>
      {issues.map((each, at) => (
        <li key={at}>
          <code>{each.place ?? "playbook"}</code> {each.message}{" "}
          <span className="dim">{each.hint}</span>
        </li>
      ))}
    </ul>
  );
}
