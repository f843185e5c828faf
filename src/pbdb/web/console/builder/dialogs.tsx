import { type ReactNode, useEffect, useRef } from "react";

import { merge } from "../../document/diff.ts";
import { Time } from "../parts/time.tsx";
import { Trouble } from "../parts/trouble.tsx";
import type { Found } from "./check.ts";
import { Compare } from "./compare.tsx";
import type { Conflict } from "./draft.ts";

export function Dialog(props: { title: string; close: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="big" onClose={props.close} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{props.title}</h2>
      {props.children}
    </dialog>
  );
}

export function Activate(props: {
  name: string;
  version: number | null;
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
    <Dialog title={`Activate ${props.name}`} close={props.close}>
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

export function Conflicted(props: {
  conflict: Conflict;
  base: string;
  mine: string;
  keep: () => void;
  take: () => void;
  both: (text: string) => void;
  close: () => void;
}) {
  const { theirs, text } = props.conflict;
  const merged = theirs ? merge(props.base, props.mine, text) : null;
  return (
    <Dialog title="Somebody else changed this draft" close={props.close}>
      {theirs
        ? (
          <p>
            {theirs.saved_by ?? "Somebody"} saved it{" "}
            <Time at={theirs.saved_at} />, after you had opened it. Nothing of yours is lost: it is
            in the editor, and not saved yet.
          </p>
        )
        : (
          <p>
            There is no draft any more: it was activated or deleted. What you wrote is in the
            editor, and not saved yet.
          </p>
        )}
      {theirs && (
        <div className="both">
          <div>
            <h3>Theirs, against what you began with</h3>
            <Compare before={props.base} after={text} label="Theirs" />
          </div>
          <div>
            <h3>Yours, against what you began with</h3>
            <Compare before={props.base} after={props.mine} label="Yours" />
          </div>
        </div>
      )}
      {theirs && merged === null && (
        <p className="wrong">
          Both changed the same lines: one of the two has to give way, or you mend it by hand.
        </p>
      )}
      <details>
        <summary>What you began with</summary>
        <pre className="value text" tabIndex={0}>{props.base}</pre>
      </details>
      <p className="row end">
        <button type="button" onClick={props.close}>Go on editing</button>
        {theirs && <button type="button" onClick={props.take}>Take theirs</button>}
        <button type="button" onClick={props.keep}>
          {theirs ? "Save mine over theirs" : "Save mine as a new draft"}
        </button>
        {merged !== null && (
          <button
            type="button"
            className="main"
            onClick={() => props.both(merged)}
          >
            Merge both
          </button>
        )}
      </p>
    </Dialog>
  );
}
