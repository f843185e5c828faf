// What can be done to an execution: at once, or after a question.

import type { GetExecutionRow, Payload, PbdbError } from "@pbdb/client";
import {
  useAdvanceExecution,
  useCancelExecution,
  useEmitEvent,
  usePauseExecution,
  useResumeExecution,
  useRetryExecution,
} from "@pbdb/react";
import { type ReactNode, useEffect, useState } from "react";

import { Ask } from "../../parts/ask.tsx";
import { RetryOtherwise, TellEvent } from "./questions.tsx";

export type Verb = "pause" | "resume" | "cancel" | "retry" | "advance";

export type Question =
  | { kind: "cancel" }
  | { kind: "retry"; step: string | undefined }
  | { kind: "event"; name: string };

export interface Steering {
  /** What was asked for, until the execution is seen to have followed. */
  busy: Verb | null;
  error: PbdbError | null;
  pause: () => void;
  resume: () => void;
  advance: () => void;
  retry: (how: { fromStep?: string; input?: Payload }) => void;
  ask: (question: Question) => void;
  /** The question that is open. */
  dialog: ReactNode;
}

// After that long nothing came of it, as when a pause waits for a step to end.
const PATIENCE = 5000;

export function useSteering(it: GetExecutionRow | undefined, name: string): Steering {
  const id = it?.executionId ?? "";
  const [question, ask] = useState<Question | null>(null);
  const [asked, setAsked] = useState<{ verb: Verb; seen: string } | null>(null);
  const seen = JSON.stringify([it?.status, it?.pauseReason, it?.updatedAt]);
  const settings = { onError: () => setAsked(null) };
  const pause = usePauseExecution(settings);
  const resume = useResumeExecution(settings);
  const advance = useAdvanceExecution(settings);
  const cancel = useCancelExecution(settings);
  const retry = useRetryExecution(settings);
  const event = useEmitEvent();
  const all = [pause, resume, advance, cancel, retry, event];
  useEffect(() => {
    if (!asked) return;
    if (asked.seen !== seen) return setAsked(null);
    const timer = setTimeout(() => setAsked(null), PATIENCE);
    return () => clearTimeout(timer);
  }, [asked, seen]);
  const act = (verb: Verb, call: () => void) => () => {
    for (const each of all) each.reset();
    setAsked({ verb, seen });
    call();
  };
  const close = () => ask(null);
  const again = (how: { fromStep?: string; input?: Payload }) =>
    act("retry", () => retry.mutate({ id, ...how }))();
  return {
    busy: asked?.verb ?? null,
    error: all.find((each) => each.error)?.error ?? null,
    pause: act("pause", () => pause.mutate(id)),
    resume: act("resume", () => resume.mutate(id)),
    advance: act("advance", () => advance.mutate(id)),
    retry: again,
    ask,
    dialog: question?.kind === "cancel"
      ? (
        <Ask
          title={`Cancel ${name}`}
          action="Cancel it"
          reason
          done={(reason) => act("cancel", () => cancel.mutate({ id, reason }))()}
          close={close}
        >
          <p>Steps that run now are told to stop; what they did stays.</p>
        </Ask>
      )
      : question?.kind === "retry" && it
      ? <RetryOtherwise it={it} step={question.step} done={again} close={close} />
      : question?.kind === "event"
      ? (
        <TellEvent
          name={question.name}
          done={(payload) => event.mutate({ name: question.name, payload })}
          close={close}
        />
      )
      : null,
  };
}
