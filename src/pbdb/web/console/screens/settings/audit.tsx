import type { ListAuditRow } from "@pbdb/client";
import { useAudit } from "@pbdb/react";

import { change, executionAt, playbookAt, usePlace } from "../../address.ts";
import { More } from "../../parts/more.tsx";
import { Time } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";
import { useScope } from "../../shell/me.ts";

const OBJECTS = ["playbook", "execution", "step", "agent", "template", "trigger", "key"];

export function Audit() {
  const place = usePlace();
  const isAdmin = useScope("admin");
  const said = (key: string) => place.said.get(key) ?? undefined;
  const [action, actor, objectId] = [said("action"), said("actor"), said("object")];
  const found = useAudit({
    limit: 50,
    ...(action ? { action } : {}),
    ...(actor ? { actor } : {}),
    ...(objectId ? { objectId } : {}),
  }, { enabled: isAdmin, refetchInterval: 10_000 });
  const rows = found.data ?? [];
  const filters = Object.entries({ actor, object: objectId }).filter(([, value]) => value);
  return (
    <>
      <div className="row">
        <h1>Audit</h1>
        <span className="dim grow">who defined, changed, steered and answered what</span>
        <select
          aria-label="What it was done to"
          value={action ?? ""}
          onChange={(event) => change(place, { action: event.target.value })}
        >
          <option value="">everything</option>
          {OBJECTS.map((each) => <option key={each} value={each}>{each}s</option>)}
          {action && !OBJECTS.includes(action) && <option value={action}>{action}</option>}
        </select>
      </div>
      {filters.length > 0 && (
        <div className="row" role="group" aria-label="Filters">
          {filters.map(([key, value]) => (
            <button
              key={key}
              type="button"
              className="chip"
              aria-pressed="true"
              onClick={() => change(place, { [key]: undefined })}
            >
              {key}: <bdi className="short-text">{value}</bdi> <span aria-hidden="true">×</span>
              <span className="hidden">, take away</span>
            </button>
          ))}
        </div>
      )}
      <Trouble error={found.error} />
      {!isAdmin
        ? <Empty>The audit is for who has the scope “admin”.</Empty>
        : found.isPending
        ? <Waiting rows={8} />
        : rows.length === 0
        ? <Empty>Nothing fits.</Empty>
        : (
          <Table
            rows={rows}
            filter={(more) => change(place, more)}
          />
        )}
      <More found={found} word="Older" />
    </>
  );
}

function Table(props: { rows: ListAuditRow[]; filter: (said: Record<string, string>) => void }) {
  return (
    <div className="card scroll" tabIndex={0} role="region" aria-label="Audit">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>Did</th>
            <th>To</th>
            <th className="optional">Why, and what else</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((each) => (
            <tr key={each.auditId}>
              <td className="when">
                <Time at={each.at} />
              </td>
              <td>
                <Who row={each} filter={props.filter} />
              </td>
              <td>
                <button
                  type="button"
                  className="quiet"
                  title="Only this"
                  onClick={() => props.filter({ action: each.action! })}
                >
                  {each.action}
                </button>
              </td>
              <td className="wide">
                <What row={each} />
              </td>
              <td className="wide optional">
                {each.reason && <span className="cut" dir="auto">{each.reason}</span>}
                {hasMore(each) && (
                  <span className="cut dim code" title={JSON.stringify(each.details)}>
                    {JSON.stringify(each.details)}
                  </span>
                )}
                {each.requestId && <span className="cut dim small">request {each.requestId}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Who(props: { row: ListAuditRow; filter: (said: Record<string, string>) => void }) {
  const { actor, login } = props.row;
  if (!actor) return <span className="dim" title="The login of the database">{login}</span>;
  return (
    <button
      type="button"
      className="quiet"
      title={`Only by ${actor} (login ${login})`}
      onClick={() => props.filter({ actor })}
    >
      <bdi className="short-text">{actor}</bdi>
    </button>
  );
}

function What({ row }: { row: ListAuditRow }) {
  const name = row.objectName ?? row.objectId ?? "";
  const kind = row.action?.split(".")[0];
  const href = (kind === "execution" || kind === "step") && row.objectId
    ? executionAt(row.objectId)
    : kind === "playbook" && row.objectName
    ? playbookAt(row.objectName)
    : undefined;
  const shown = kind === "execution" && !row.objectName ? `…${row.objectId?.slice(-8)}` : name;
  return href
    ? <a className="cut" href={href} dir="auto">{shown}</a>
    : <span className="cut" dir="auto">{shown}</span>;
}

const hasMore = ({ details }: ListAuditRow) =>
  typeof details === "object" && details !== null && Object.keys(details).length > 0;
