// What `diagnose_execution` advises, as something that a page can do.

export type Remedy =
  | { kind: "resume" | "retry" | "cancel" | "advance" | "answer" }
  | { kind: "event"; name: string }
  | { kind: "words"; text: string };

const CALLS: Record<string, "resume" | "retry" | "cancel" | "advance" | "answer"> = {
  resume_playbook_execution: "resume",
  retry_playbook_execution: "retry",
  cancel_playbook_execution: "cancel",
  advance_playbook_execution: "advance",
  submit_step_input: "answer",
};

/** The remedy's call, if a page can make it; else its words. */
export function remedyOf(text: string): Remedy {
  const call = /^select pbdb\.(\w+)\((?:'((?:[^']|'')*)')?/.exec(text);
  const kind = call && CALLS[call[1]!];
  if (kind) return { kind };
  if (call?.[1] === "emit_playbook_event" && call[2]) {
    return { kind: "event", name: call[2].replaceAll("''", "'") };
  }
  return { kind: "words", text };
}
