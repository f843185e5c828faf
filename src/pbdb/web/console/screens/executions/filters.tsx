import { type ReactNode, useContext, useId, useState } from "react";

import { change, type Place } from "../../address.ts";
import { Clock, moment } from "../../parts/time.tsx";
import { type Filter, left, SOURCES, SPANS, STATUSES } from "./filter.ts";

interface Props {
  place: Place;
  filter: Filter;
}

/** The header of the list: what is shown, and what of it is left out. */
export function Span({ place, filter }: Props) {
  const { isUtc } = useContext(Clock);
  const set = (started: string) => change(place, { started, from: undefined, to: undefined });
  const isOwn = filter.from !== undefined || filter.to !== undefined;
  return (
    <>
      <span className="dim grow">
        started in {isOwn
          ? [filter.from && moment(filter.from, isUtc), filter.to && moment(filter.to, isUtc)]
            .map((each) => each ?? "…").join(" to ")
          : SPANS.find(([key]) => key === filter.started)?.[1] ?? "the last 7 days"}
        {left(filter) && `, ${left(filter)}`}
      </span>
      <select
        aria-label="Started"
        value={isOwn ? "" : filter.started}
        onChange={(event) => set(event.target.value)}
      >
        {isOwn && <option value="">as chosen</option>}
        {SPANS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
      </select>
    </>
  );
}

export function Filters({ place, filter }: Props) {
  const toggled = (all: string[], one: string) =>
    all.includes(one) ? all.filter((each) => each !== one) : [...all, one];
  return (
    <div className="row filters" role="group" aria-label="Filters">
      {STATUSES.map((each) => (
        <Chip
          key={each}
          isOn={filter.statuses.includes(each)}
          flip={() => change(place, { status: toggled(filter.statuses, each) })}
        >
          {each[0] + each.slice(1).toLowerCase()}
        </Chip>
      ))}
      <Chip
        isOn={filter.hasChildren}
        flip={() => change(place, { children: filter.hasChildren ? undefined : "yes" })}
      >
        With children
      </Chip>
      {filter.sources.map((each) => (
        <Taken
          key={each}
          word="source"
          value={each}
          away={() => change(place, { source: toggled(filter.sources, each) })}
        />
      ))}
      {Object.entries(filter.values).map(([key, value]) => (
        <Taken
          key={key}
          word={key}
          value={value}
          away={() => change(place, { [key]: undefined })}
        />
      ))}
      <Add place={place} filter={filter} />
      {filter.wrong && <span className="wrong" role="alert">{filter.wrong}</span>}
    </div>
  );
}

function Chip(props: { isOn: boolean; flip: () => void; children: ReactNode }) {
  return (
    <button type="button" className="chip" aria-pressed={props.isOn} onClick={props.flip}>
      {props.children}
    </button>
  );
}

function Taken(props: { word: string; value: string; away: () => void }) {
  return (
    <button type="button" className="chip" aria-pressed="true" onClick={props.away}>
      {props.word}: <bdi className="short-text">{props.value}</bdi>{" "}
      <span aria-hidden="true">×</span>
      <span className="hidden">, take away</span>
    </button>
  );
}

const KINDS: [string, string, string][] = [
  ["playbook", "Playbook", "its whole name"],
  ["error", "Error code", "such as TIMEOUT"],
  ["search", "Text", "beginning of a name, id or key"],
  ["metadata", "Metadata", "key=value, or JSON"],
];

/** Another filter: its kind, then its value. */
function Add({ place, filter }: Props) {
  const [kind, setKind] = useState("");
  const id = useId();
  const chosen = KINDS.find(([key]) => key === kind);
  if (!chosen) {
    return (
      <select
        aria-label="Add a filter"
        className="chip"
        value=""
        onChange={(event) => {
          const [key, value] = event.target.value.split(":");
          if (value) change(place, { source: [...filter.sources, value] });
          else setKind(key ?? "");
        }}
      >
        <option value="">Filter by…</option>
        {KINDS.map(([key, word]) => <option key={key} value={key}>{word}</option>)}
        {SOURCES.filter((each) => !filter.sources.includes(each)).map((each) => (
          <option key={each} value={`source:${each}`}>Source: {each}</option>
        ))}
      </select>
    );
  }
  const [key, word, help] = chosen;
  return (
    <form
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        const said = new FormData(event.currentTarget).get("value");
        if (typeof said === "string") change(place, { [key]: said.trim() });
        setKind("");
      }}
    >
      <label htmlFor={id} className="hidden">{word}</label>
      <input
        id={id}
        name="value"
        placeholder={`${word}: ${help}`}
        autoFocus
        onKeyDown={(event) => event.key === "Escape" && setKind("")}
      />
      <button type="submit">Filter</button>
    </form>
  );
}
