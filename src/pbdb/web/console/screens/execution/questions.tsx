import type { GetExecutionRow, Payload } from "@pbdb/client";
import { useExecutionSteps } from "@pbdb/react";
import { type FormEvent, useState } from "react";

import { Dialog } from "../../parts/ask.tsx";

/** A retry from a step of one's choice, or with another input. */
export function RetryOtherwise(props: {
  it: GetExecutionRow;
  step: string | undefined;
  done: (how: { fromStep?: string; input?: Payload }) => void;
  close: () => void;
}) {
  const steps = useExecutionSteps(props.it.executionId);
  const begun = (steps.data ?? []).filter((each) => each.attempts > 0 && !each.parentStepId);
  const [from, setFrom] = useState(() => props.step ?? "");
  const [input, setInput] = useState(() => JSON.stringify(props.it.inputData, null, 2));
  const [isOther, setOther] = useState(false);
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const how: { fromStep?: string; input?: Payload } = {};
    if (begun.some((each) => each.stepName === from)) how.fromStep = from;
    if (isOther) {
      const read = parsed(input);
      if (read === undefined) return setWrong(true);
      how.input = read;
    }
    props.done(how);
    props.close();
  };
  return (
    <Dialog title={`Retry ${props.it.executionName ?? props.it.playbookName}`} close={props.close}>
      <form onSubmit={submit}>
        <label>
          From
          <select
            value={from}
            onChange={(event) =>
              setFrom(event.target.value)}
          >
            <option value="">where it ended</option>
            {begun.map((each) => (
              <option key={each.stepId} value={each.stepName}>{each.stepName}</option>
            ))}
          </select>
        </label>
        <label className="choice">
          <input
            type="checkbox"
            checked={isOther}
            onChange={(event) =>
              setOther(event.target.checked)}
          />
          With another input
        </label>
        {isOther && (
          <label>
            Input as JSON
            <textarea
              rows={8}
              spellCheck={false}
              value={input}
              aria-invalid={isWrong}
              onChange={(event) => setInput(event.target.value)}
            />
            {isWrong && <span className="wrong">This is not JSON.</span>}
          </label>
        )}
        <p className="dim">What was completed before that step is kept.</p>
        <p className="row end">
          <button type="button" onClick={props.close}>Back</button>
          <button type="submit" className="main">Retry</button>
        </p>
      </form>
    </Dialog>
  );
}

/** An event that somebody waits for, told by hand. */
export function TellEvent(props: {
  name: string;
  done: (payload: Payload) => void;
  close: () => void;
}) {
  const [payload, setPayload] = useState("{}");
  const [isWrong, setWrong] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = parsed(payload);
    if (read === undefined) return setWrong(true);
    props.done(read);
    props.close();
  };
  return (
    <Dialog title={`Tell the event ${props.name}`} close={props.close}>
      <form onSubmit={submit}>
        <label>
          Payload as JSON
          <textarea
            rows={6}
            spellCheck={false}
            value={payload}
            aria-invalid={isWrong}
            onChange={(event) => setPayload(event.target.value)}
            autoFocus
          />
          {isWrong && <span className="wrong">This is not JSON.</span>}
        </label>
        <p className="dim">Everybody who waits for it is told.</p>
        <p className="row end">
          <button type="button" onClick={props.close}>Back</button>
          <button type="submit" className="main">Tell it</button>
        </p>
      </form>
    </Dialog>
  );
}

function parsed(text: string): Payload | undefined {
  try {
    return JSON.parse(text) as Payload;
  } catch {
    return undefined;
  }
}
