import type { DiagnoseExecutionRow } from "@pbdb/client";

import { type Remedy, remedyOf } from "./remedy.ts";
import type { Steering } from "./steering.tsx";

const WORDS = {
  resume: ["Resume", "Resuming…"],
  retry: ["Retry", "Retrying…"],
  cancel: ["Cancel…", "Cancelling…"],
  advance: ["Move it on", "Moving…"],
} as const;

interface Props {
  rows: DiagnoseExecutionRow[];
  steering: Steering;
  most: number;
}

/** What the database says of it, each with its remedy as a button where a page can apply it. */
export function Findings({ rows, steering, most }: Props) {
  const told = new Map<string, [DiagnoseExecutionRow, number]>();
  for (const each of rows) {
    told.set(each.finding, [each, (told.get(each.finding)?.[1] ?? 0) + 1]);
  }
  const all = [...told.values()];
  return (
    <>
      <ul className="findings">
        {all.slice(0, most).map(([each, count]) => (
          <li key={each.finding}>
            <span dir="auto">
              {each.finding}
              {count > 1 && <span className="dim">· {count} of these</span>}
            </span>
            {each.remedy && <Applied remedy={remedyOf(each.remedy)} steering={steering} />}
          </li>
        ))}
      </ul>
      {all.length > most && <p className="dim">and {all.length - most} more, under Why</p>}
    </>
  );
}

function Applied({ remedy, steering }: { remedy: Remedy; steering: Steering }) {
  if (remedy.kind === "words") return <span className="dim remedy">{remedy.text}</span>;
  if (remedy.kind === "answer") return null;
  if (remedy.kind === "event") {
    return (
      <button
        type="button"
        disabled={steering.busy !== null}
        onClick={() => steering.ask({ kind: "event", name: remedy.name })}
      >
        Tell “{remedy.name}”…
      </button>
    );
  }
  const { kind } = remedy;
  const act = kind === "cancel"
    ? () => steering.ask({ kind: "cancel" })
    : kind === "retry"
    ? () => steering.retry({})
    : steering[kind];
  return (
    <button type="button" disabled={steering.busy !== null} onClick={act}>
      {WORDS[kind][steering.busy === kind ? 1 : 0]}
    </button>
  );
}
