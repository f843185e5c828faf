import type { ListExecutionsRow } from "@pbdb/client";
import { useExecutions } from "@pbdb/react";
import { useMemo, useRef, useState } from "react";

import { change, type Place, to, usePlace } from "../../address.ts";
import { useChosen } from "../../parts/chosen.ts";
import { More } from "../../parts/more.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";
import { Bulk } from "./bulk.tsx";
import { type Filter, filterOf, queryOf } from "./filter.ts";
import { Filters, Span } from "./filters.tsx";
import { COLUMNS, FIRST_COLUMNS, Table } from "./table.tsx";

const EVERY = 2500;

export function Executions() {
  const place = usePlace();
  const key = place.said.toString();
  const filter = useMemo(() => filterOf(place), [key]);
  // Of when the list was opened: what is asked for does not change while one looks at it.
  const query = useMemo(() => queryOf(filter, Date.now()), [key]);
  const found = useExecutions(query, { refetchInterval: EVERY, enabled: !filter.wrong });
  const { rows, fresh, show } = useStill(found.data ?? [], key);
  const chosen = useChosen();
  const columns = (place.said.get("columns") ?? FIRST_COLUMNS).split(",");
  return (
    <>
      <div className="row">
        <h1>Executions</h1>
        <Span place={place} filter={filter} />
        <Columns place={place} columns={columns} />
      </div>
      <Filters place={place} filter={filter} />
      <Trouble error={found.error} />
      <Bulk chosen={chosen} rows={rows} />
      {fresh > 0 && (
        <p className="fresh">
          <button type="button" onClick={show}>{fresh} new</button>
        </p>
      )}
      {found.isPending && !filter.wrong
        ? <Waiting rows={8} />
        : rows.length === 0
        ? <Nothing filter={filter} />
        : <Table rows={rows} columns={columns} chosen={chosen} label="Executions" />}
      <More found={found} word="Older" />
    </>
  );
}

/** Rows that came after the list was opened wait: nothing moves under the pointer. */
function useStill(all: ListExecutionsRow[], key: string) {
  const top = useRef({ key: "", id: "" });
  const [, redraw] = useState(0);
  if (all.length > 0 && (top.current.key !== key || top.current.id === "")) {
    top.current = { key, id: all[0]!.executionId };
  }
  const { id } = top.current;
  const rows = id === "" ? all : all.filter((each) => each.executionId <= id);
  const show = () => {
    top.current = { key, id: all[0]!.executionId };
    redraw((count) => count + 1);
  };
  return { rows, fresh: all.length - rows.length, show };
}

function Nothing({ filter }: { filter: Filter }) {
  const isFiltered = filter.statuses.length + filter.sources.length > 0 ||
    Object.keys(filter.values).length > 0 || filter.from !== undefined;
  return (
    <Empty>
      <p>No execution fits.</p>
      <p>
        {isFiltered
          ? <a href={to("executions")}>Show all of the last 7 days</a>
          : filter.started !== "all"
          ? <a href={to("executions", { started: "all" })}>Look at any time</a>
          : (
            <>
              Start one from <a href={to("playbooks")}>Playbooks</a>, or with <code>pbdb run</code>.
            </>
          )}
      </p>
    </Empty>
  );
}

function Columns({ place, columns }: { place: Place; columns: string[] }) {
  const flip = (column: string) => {
    const next = columns.includes(column)
      ? columns.filter((each) => each !== column)
      : [...columns, column];
    const said = next.join(",");
    change(place, { columns: said === FIRST_COLUMNS ? undefined : said || "none" });
  };
  return (
    <details className="menu">
      <summary className="button">Columns</summary>
      <div className="card" role="group" aria-label="Columns">
        {COLUMNS.map(([column, word]) => (
          <label key={column} className="choice">
            <input
              type="checkbox"
              checked={columns.includes(column)}
              onChange={() => flip(column)}
            />
            {word}
          </label>
        ))}
      </div>
    </details>
  );
}
