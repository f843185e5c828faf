// The same status has the same sign, word and colour everywhere.

export type Tone = "good" | "bad" | "busy" | "wait" | "still";

const SIGNS: Record<string, [string, Tone]> = {
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
};

export const signOf = (status: string | undefined) => (status && SIGNS[status]?.[0]) || "·";
export const toneOf = (status: string | undefined): Tone =>
  (status && SIGNS[status]?.[1]) || "still";
export const wordOf = (status: string | undefined) =>
  status ? status[0] + status.slice(1).toLowerCase() : "Planned";

/** PAUSED is said of what an operator holds; most executions only wait for somebody. */
export const standOf = (it: { status: string; pauseReason?: string | undefined }) =>
  it.status === "PAUSED" && it.pauseReason === "waiting" ? "WAITING" : it.status;

export function Pill({ status }: { status: string | null | undefined }) {
  return (
    <span className={`pill ${toneOf(status ?? undefined)}`}>
      <span aria-hidden="true">{signOf(status ?? undefined)}</span> {wordOf(status ?? undefined)}
    </span>
  );
}
