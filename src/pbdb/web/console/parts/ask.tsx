import { type ReactNode, useEffect, useRef, useState } from "react";

/** A window above the page; Escape closes it, and what had the focus gets it back. */
export function Dialog(props: {
  title: string;
  close: () => void;
  big?: boolean;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={props.big ? "big" : ""}
      onClose={props.close}
      aria-label={props.title}
    >
      <h2 dir="auto">{props.title}</h2>
      {props.children}
    </dialog>
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
  const [reason, setReason] = useState("");
  return (
    <Dialog title={props.title} close={props.close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.done(reason);
          props.close();
        }}
      >
        {props.children}
        {props.reason && (
          <label>
            Reason
            <input
              value={reason}
              maxLength={1000}
              onChange={(event) => setReason(event.target.value)}
              required
              autoFocus
            />
          </label>
        )}
        <p className="row end">
          <button type="button" onClick={props.close}>Back</button>
          <button type="submit" className="main">{props.action}</button>
        </p>
      </form>
    </Dialog>
  );
}
