import type { ListPlaybookVersionsRow } from "@pbdb/client";
import {
  useActivatePlaybook,
  useDeletePlaybook,
  useDeprecatePlaybook,
  type usePlaybookVersions,
} from "@pbdb/react";
import { useState } from "react";

import { playbookAt, to } from "../../address.ts";
import { Ask } from "../../parts/ask.tsx";
import { More } from "../../parts/more.tsx";
import { Pill } from "../../parts/status.tsx";
import { span, Time } from "../../parts/time.tsx";
import { Trouble } from "../../parts/trouble.tsx";
import { useScope } from "../../shell/me.ts";

interface Props {
  name: string;
  found: ReturnType<typeof usePlaybookVersions>;
  shown: number | undefined;
}

type Verb = "Activate" | "Deprecate" | "Delete";

/** Every version: how it went, who activated it, and what can be done with it. */
export function Versions({ name, found, shown }: Props) {
  const [asking, setAsking] = useState<{ verb: Verb; row: ListPlaybookVersionsRow } | null>(null);
  const mayPublish = useScope("publish");
  const activate = useActivatePlaybook();
  const deprecate = useDeprecatePlaybook();
  const remove = useDeletePlaybook();
  const all = { Activate: activate, Deprecate: deprecate, Delete: remove };
  const rows = found.data ?? [];
  const error = Object.values(all).find((each) => each.error)?.error;
  return (
    <div className="stack">
      <Trouble error={error} />
      <div className="card scroll" tabIndex={0} role="region" aria-label="Versions">
        <table>
          <thead>
            <tr>
              <th>Version</th>
              <th>Status</th>
              <th className="num optional">Steps</th>
              <th className="num">Executions</th>
              <th className="num">Failed</th>
              <th className="num">Success</th>
              <th className="num optional">Takes</th>
              <th>Activated</th>
              <th>Compare</th>
              {mayPublish && (
                <th>
                  <span className="hidden">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((each, place) => (
              <tr key={each.version} data-active={each.version === shown}>
                <td>
                  <a href={playbookAt(name, { version: String(each.version) })}>v{each.version}</a>
                </td>
                <td>
                  <Pill status={each.status} />
                </td>
                <td className="num optional">{each.totalSteps}</td>
                <td className="num">{each.executionCount.toLocaleString()}</td>
                <td className="num">
                  <Failed name={name} row={each} />
                </td>
                <td className="num">{share(each)}</td>
                <td className="num optional">{span(each.avgDurationMs)}</td>
                <td className="when">
                  {each.activatedAt ? <Time at={each.activatedAt} /> : ""}
                  {each.activatedBy && (
                    <span className="cut dim" title={each.activatedBy}>
                      by <bdi>{each.activatedBy}</bdi>
                    </span>
                  )}
                </td>
                <td>
                  <Compare name={name} row={each} before={rows[place + 1]} />
                </td>
                {mayPublish && (
                  <td>
                    <select
                      aria-label={`What to do with v${each.version}`}
                      value=""
                      disabled={Object.values(all).some((one) => one.isPending)}
                      onChange={(event) =>
                        setAsking({ verb: event.target.value as Verb, row: each })}
                    >
                      <option value="">…</option>
                      {verbsOf(each).map((verb) => <option key={verb}>{verb}</option>)}
                    </select>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More found={found} word="Older" />
      {asking && (
        <Ask
          title={`${asking.verb} v${asking.row.version} of ${name}`}
          action={`${asking.verb} it`}
          done={() => {
            for (const each of Object.values(all)) each.reset();
            all[asking.verb].mutate({ name, version: asking.row.version });
          }}
          close={() => setAsking(null)}
        >
          <p>{WHAT[asking.verb](asking.row)}</p>
        </Ask>
      )}
    </div>
  );
}

const WHAT: Record<Verb, (row: ListPlaybookVersionsRow) => string> = {
  Activate: () => "New executions start with it from now on; open ones go on as they began.",
  Deprecate: () => "No new execution starts with it; open ones go on to their end.",
  Delete: (row) =>
    row.executionCount
      ? `The history of its ${row.executionCount.toLocaleString()} executions goes with it.`
      : "Nothing has run on it.",
};

function verbsOf(row: ListPlaybookVersionsRow): Verb[] {
  const verbs: Verb[] = row.status === "ACTIVE" ? ["Deprecate"] : ["Activate"];
  return row.runningCount === 0 ? [...verbs, "Delete"] : verbs;
}

function Failed({ name, row }: { name: string; row: ListPlaybookVersionsRow }) {
  if (!row.failedCount) return 0;
  const at = to("executions", { playbook: name, status: "FAILED", started: "all" });
  return <a href={at}>{row.failedCount.toLocaleString()}</a>;
}

function Compare(props: {
  name: string;
  row: ListPlaybookVersionsRow;
  before: ListPlaybookVersionsRow | undefined;
}) {
  const { name, row, before } = props;
  if (!before) return null;
  const said = { version: String(row.version), with: String(before.version) };
  return <a href={playbookAt(name, said)}>with v{before.version}</a>;
}

function share(row: ListPlaybookVersionsRow): string {
  const over = row.completedCount + row.failedCount;
  return over ? `${Math.round(100 * row.completedCount / over)} %` : "–";
}
