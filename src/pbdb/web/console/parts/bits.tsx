import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from "react";

import { Problem, type Status } from "../api.ts";

const SIGNS: Record<Status, [string, string]> = {
  COMPLETED: ["✓", "good"],
  ACTIVE: ["✓", "good"],
  RUNNING: ["▸", "busy"],
  FAILED: ["✕", "bad"],
  TIMEOUT: ["✕", "bad"],
  SKIPPED: ["↷", "still"],
  CANCELLED: ["⊘", "still"],
  PAUSED: ["‖", "wait"],
  WAITING: ["?", "wait"],
  PENDING: ["◷", "still"],
  DRAFT: ["✎", "wait"],
  DEPRECATED: ["·", "still"],
  ARCHIVED: ["·", "still"],
};

export function Pill({ status }: { status: Status | null }) {
  const [sign, tone] = (status && SIGNS[status]) || ["·", "still"];
  const word = status ? status[0] + status.slice(1).toLowerCase() : "Planned";
  return (
    <span className={`pill ${tone}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}

export const Clock = createContext({ isUtc: false, now: Date.now() });

export function Time({ at }: { at: string | null | undefined }) {
  const { isUtc, now } = useContext(Clock);
  if (!at) return <span className="dim">–</span>;
  const whole = new Date(at).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "medium",
    ...(isUtc ? { timeZone: "UTC" } : {}),
  });
  const seconds = (now - Date.parse(at)) / 1000;
  const words = Math.abs(seconds) < 86400 * 7
    ? seconds < 0
      ? `in ${span(-seconds * 1000)}`
      : seconds < 5
      ? "now"
      : `${span(seconds * 1000)} ago`
    : whole;
  return <time dateTime={at} title={isUtc ? `${whole} UTC` : whole}>{words}</time>;
}

export function span(ms: number | null | undefined): string {
  if (ms == null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
  return `${Math.round(s / 86400)} d`;
}

export function Trouble({ error }: { error: unknown }) {
  if (!error) return null;
  const known = error instanceof Problem ? error : null;
  return (
    <div className="trouble" role="alert">
      <strong>{known ? known.message : "The server cannot be reached. Trying again."}</strong>
      {known?.details && <pre className="text">{known.details}</pre>}
      {known?.hint && <p>{known.hint}</p>}
      {known?.requestId && (
        <p className="dim">
          {known.code} · request <code>{known.requestId}</code>{" "}
          <button
            type="button"
            className="quiet"
            onClick={() => void navigator.clipboard?.writeText(known.requestId!)}
          >
            copy
          </button>
        </p>
      )}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>;
}

export function Waiting() {
  return (
    <div className="waiting" aria-busy="true" aria-label="Loading">
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

const MOST = 200_000;

/** Any value as text, never as markup; a long one is cut and says so. */
export function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <p className="dim">nothing</p>;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className="value">
      <pre className="text" tabIndex={0} dir="auto">{text.slice(0, MOST)}</pre>
      {text.length > MOST && (
        <p className="dim">
          cut: {MOST.toLocaleString()} of {text.length.toLocaleString()} characters
        </p>
      )}
    </div>
  );
}

/** A question before what cannot be taken back; `reason`: one is asked for. */
export function Ask(props: {
  title: string;
  action: string;
  reason?: boolean;
  children?: ReactNode;
  done: (reason: string) => void;
  close: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={props.close} aria-labelledby="ask-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.done(reason);
          dialog.current?.close();
        }}
      >
        <h2 id="ask-title">{props.title}</h2>
        {props.children}
        {props.reason && (
          <label>
            Reason
            <input
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              required
              autoFocus
            />
          </label>
        )}
        <p className="row end">
          <button type="button" onClick={() => dialog.current?.close()}>Back</button>
          <button type="submit" className="main">{props.action}</button>
        </p>
      </form>
    </dialog>
  );
}

export function useKeys(keys: Record<string, () => void>) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("dialog")) return;
      if (event.key === "Enter" && /^(A|BUTTON|SUMMARY)$/.test(target.tagName)) return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}
