import type { Payload, Routes } from "@pbdb/client";
import { usePbdb, useWhatIf } from "@pbdb/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import { Time } from "../parts/time.tsx";
import { Trouble, Waiting } from "../parts/trouble.tsx";
import { type Last, lastOf, NEEDS } from "./last.ts";
import { type TraceRow, TraceRows } from "./trace_rows.tsx";

type Trial = Routes["POST /playbooks:what-if"]["body"];

interface Props {
  name: string;
  text: Text;
  selected: string | null;
  select: (step: string) => void;
  show: (rows: TraceRow[] | null) => void;
  rows: TraceRow[] | null;
  close: () => void;
}

export function WhatIf(props: Props) {
  const client = usePbdb();
  const last = useQuery({
    queryKey: ["what-if", props.name],
    queryFn: () => lastOf(client, props.name),
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <section className="inspector" aria-label="What if">
      <div className="row">
        <h2 className="grow">What if</h2>
        <button type="button" className="quiet" onClick={props.close}>Close</button>
      </div>
      <p className="dim">
        Runs the text as it is against the data that are there, and undoes everything.
      </p>
      <Trouble error={last.error} />
      {last.isPending
        ? <Waiting />
        : <Form {...props} last={last.data ?? { execution: null, input: {}, outputs: {} }} />}
    </section>
  );
}

const said = (value: unknown) => value === undefined ? "" : JSON.stringify(value, null, 2);

function Form(props: Props & { last: Last }) {
  const { text, last } = props;
  const [input, setInput] = useState(() => said(last.input));
  const [outputs, setOutputs] = useState<Record<string, string>>(() =>
    Object.fromEntries(Object.entries(last.outputs).map(([key, value]) => [key, said(value)]))
  );
  const [wrong, setWrong] = useState<string[]>([]);
  const steps = stepsOf(text).filter((each) => NEEDS.includes(each.type) && each.name);
  const run = useWhatIf({ onSuccess: props.show, onError: () => props.show(null) });
  const submit = () => {
    const failed: string[] = [];
    const value = (key: string, json: string) => {
      try {
        return JSON.parse(json) as Payload;
      } catch {
        failed.push(key);
      }
    };
    const body = {
      document: text.content as Payload,
      input: value("", input || "{}") as Payload,
      outputs: Object.fromEntries(
        steps.filter((each) => outputs[each.name]?.trim()).map((
          each,
        ) => [each.name, value(each.name, outputs[each.name]!)]),
      ),
    };
    setWrong(failed);
    if (failed.length === 0) run.mutate(body as Trial);
  };
  const field = (
    key: string,
    label: string,
    json: string,
    change: (json: string) => void,
    help: string,
  ) => (
    <div className="field" key={key}>
      <label htmlFor={`what-${key}`}>{label}</label>
      <textarea
        id={`what-${key}`}
        rows={Math.min(8, Math.max(2, json.split("\n").length))}
        spellCheck={false}
        value={json}
        placeholder="JSON"
        aria-invalid={wrong.includes(key)}
        aria-describedby={`what-${key}-help`}
        onChange={(event) => change(event.target.value)}
      />
      <p id={`what-${key}-help`} className={wrong.includes(key) ? "wrong" : "dim"}>
        {wrong.includes(key) ? "This is not JSON." : help}
      </p>
    </div>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="dim">
        {last.execution
          ? (
            <>
              Filled with what its last execution had (created{" "}
              <Time at={last.execution.createdAt} />).
            </>
          )
          : "There was no execution yet to take values from."}
      </p>
      {field("", "input", input, setInput, "What the execution is started with.")}
      {steps.map((each) =>
        field(
          each.name,
          `output of ${each.name}`,
          outputs[each.name] ?? "",
          (json) => setOutputs({ ...outputs, [each.name]: json }),
          "What it would give. Without one the run stops there.",
        )
      )}
      <button type="submit" className="main" disabled={run.isPending || text.content === undefined}>
        {run.isPending ? "Running…" : "Run and undo"}
      </button>
      <Trouble error={run.error} />
      {props.rows && (
        <TraceRows
          rows={props.rows}
          selected={props.selected}
          select={props.select}
        />
      )}
    </form>
  );
}
