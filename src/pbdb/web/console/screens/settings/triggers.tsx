import type { ListTriggersRow } from "@pbdb/client";
import { useDeleteTrigger, useSwitchTrigger, useTriggers } from "@pbdb/react";
import { useRef, useState } from "react";

import { change, playbookAt, usePlace } from "../../address.ts";
import { Ask } from "../../parts/ask.tsx";
import { More } from "../../parts/more.tsx";
import { useRowKeys } from "../../parts/rows.ts";
import { Time } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";
import { useScope } from "../../shell/me.ts";
import { TriggerForm } from "./trigger_form.tsx";

const EVERY = 10_000;
const KINDS = ["schedule", "event"];

export function Triggers() {
  const place = usePlace();
  const kind = place.said.get("kind") ?? undefined;
  const found = useTriggers({ limit: 100, ...(kind ? { kind } : {}) }, { refetchInterval: EVERY });
  const rows = found.data ?? [];
  const mayEdit = useScope("edit");
  const asked = place.said.get("edit");
  const edited = asked === null ? undefined : rows.find((each) => each.name === asked);
  return (
    <>
      <div className="row">
        <h1>Triggers</h1>
        <span className="dim grow">what starts playbooks by itself</span>
        {KINDS.map((each) => (
          <button
            key={each}
            type="button"
            className="chip"
            aria-pressed={kind === each}
            onClick={() => change(place, { kind: kind === each ? undefined : each })}
          >
            By {each}
          </button>
        ))}
        {mayEdit && (
          <button
            type="button"
            className="main"
            onClick={() => change(place, { edit: " " })}
          >
            New trigger
          </button>
        )}
      </div>
      <Trouble error={found.error} />
      {found.isPending ? <Waiting rows={6} /> : rows.length === 0
        ? (
          <Empty>
            {kind ? "There is none of this kind." : (
              <>
                There are none: a trigger starts a playbook on a schedule, or when an event is told.
                {mayEdit ? " Make one with New trigger." : ""}
              </>
            )}
          </Empty>
        )
        : <Table rows={rows} mayEdit={mayEdit} edit={(name) => change(place, { edit: name })} />}
      <More found={found} />
      {mayEdit && asked !== null && (asked.trim() === "" || edited) && (
        <TriggerForm
          trigger={edited}
          close={() => change(place, { edit: undefined })}
        />
      )}
    </>
  );
}

function Table(props: { rows: ListTriggersRow[]; mayEdit: boolean; edit: (name: string) => void }) {
  const area = useRef<HTMLDivElement>(null);
  useRowKeys(area);
  const flip = useSwitchTrigger();
  const remove = useDeleteTrigger();
  const [asking, setAsking] = useState<string | null>(null);
  return (
    <>
      <Trouble error={flip.error ?? remove.error} />
      <div ref={area} className="card scroll" tabIndex={0} role="region" aria-label="Triggers">
        <table>
          <thead>
            <tr>
              <th>Trigger</th>
              <th>Starts</th>
              <th>When</th>
              <th>Next</th>
              <th className="optional">Last</th>
              <th>On</th>
              {props.mayEdit && (
                <th>
                  <span className="hidden">Actions</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row) => (
              <tr key={row.name} data-row={row.name}>
                <td className="wide">
                  <strong className="cut-2" dir="auto">{row.name}</strong>
                  {row.lastError && (
                    <span className="cut wrong" title={row.lastError} dir="auto">
                      {row.lastError}
                    </span>
                  )}
                </td>
                <td className="wide">
                  <a className="cut-2" href={playbookAt(row.playbookName)} dir="auto">
                    {row.playbookName}
                  </a>
                </td>
                <td>
                  {row.kind === "schedule"
                    ? (
                      <>
                        <code>{row.schedule}</code> <span className="dim">{row.timeZone}</span>
                      </>
                    )
                    : (
                      <>
                        event <bdi className="code">{row.eventName}</bdi>
                      </>
                    )}
                </td>
                <td className="when">
                  {row.isEnabled && row.kind === "schedule" &&
                    (row.nextFireAt
                      ? <Time at={row.nextFireAt} />
                      : <span className="dim" title="A runner plans it">not planned yet</span>)}
                </td>
                <td className="when optional">
                  <Time at={row.lastFiredAt} />
                </td>
                <td>
                  <input
                    type="checkbox"
                    role="switch"
                    aria-label={`${row.name} is on`}
                    checked={row.isEnabled}
                    disabled={!props.mayEdit || flip.isPending}
                    onChange={() => flip.mutate({ name: row.name, isEnabled: !row.isEnabled })}
                  />
                </td>
                {props.mayEdit && (
                  <td>
                    <span className="row actions">
                      <button type="button" onClick={() => props.edit(row.name)}>Edit</button>
                      <button type="button" onClick={() => setAsking(row.name)}>Delete…</button>
                    </span>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asking !== null && (
        <Ask
          title={`Delete the trigger ${asking}`}
          action="Delete it"
          done={() => remove.mutate(asking)}
          close={() => setAsking(null)}
        >
          <p>Executions that it has started go on.</p>
        </Ask>
      )}
    </>
  );
}
