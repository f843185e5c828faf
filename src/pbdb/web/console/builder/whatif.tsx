import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import {
  call,
  type Execution,
  type ExecutionDetail,
  type Page,
  query,
  type Status,
  type StepResult,
  type StepRow,
} from "../api.ts";
import { Pill } from "../parts/status.tsx";
import { Time } from "../parts/time.tsx";
import { Trouble, Waiting } from "../parts/trouble.tsx";
import { Value } from "../parts/value.tsx";
import type { Trace } from "./step_node.tsx";

export interface TraceRow {
  step_name: string | null;
  branch: string | null;
  item_index: number | null;
  status: Status;
  visit: number;
  attempt_number: number;
  input_data: unknown;
  output_data: unknown;
  error_code: string | null;
  error_message: string | null;
}

/** What SQL does not do by itself: a runner's work, or an answer. */
const NEEDS = ["AGENT_EXECUTION", "API_CALL", "CUSTOM_FUNCTION", "WAIT_FOR_INPUT", "MEMORY_SEARCH"];
const MOST = 50;

interface Last {
  execution: Execution | null;
  input: unknown;
  outputs: Record<string, unknown>;
}

/** The last execution that came to its end, else the last: its input and what its steps gave. */
async function lastOf(name: string): Promise<Last> {
  const list = (status?: string) =>
    call<Page<Execution>>("GET", `/executions${query({ playbook_name: name, status, limit: 1 })}`);
  const execution = (await list("COMPLETED")).items[0] ?? (await list()).items[0] ?? null;
  if (!execution) return { execution, input: {}, outputs: {} };
  const base = `/executions/${execution.execution_id}`;
  const [it, steps] = await Promise.all([
    call<ExecutionDetail>("GET", base),
    call<Page<StepRow>>("GET", `${base}/steps`),
  ]);
  const done = steps.items.filter((each) =>
    NEEDS.includes(each.step_type) && each.last_step_result_id && each.status === "COMPLETED"
  ).slice(0, MOST);
  const results = await Promise.all(
    done.map((each) => call<StepResult>("GET", `/step-results/${each.last_step_result_id}`)),
  );
  return {
    execution,
    input: it.input_data,
    outputs: Object.fromEntries(results.map((each) => [each.step_name, each.output_data])),
  };
}

export function traced(rows: TraceRow[]): Map<string, Trace> {
  const found = new Map<string, Trace>();
  for (const each of rows) {
    if (!each.step_name) continue;
    const count = (found.get(each.step_name)?.count ?? 0) + 1;
    found.set(each.step_name, {
      status: each.status,
      output_data: each.output_data,
      error_code: each.error_code,
      error_message: each.error_message,
      count,
    });
  }
  return found;
}

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
  const last = useQuery({
    queryKey: ["what-if", props.name],
    queryFn: () => lastOf(props.name),
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
  const run = useMutation({
    mutationFn: (body: unknown) => call<Page<TraceRow>>("POST", "/playbooks:what-if", body),
    onSuccess: (found) => props.show(found.items),
    onError: () => props.show(null),
  });
  const submit = () => {
    const failed: string[] = [];
    const value = (key: string, json: string) => {
      try {
        return JSON.parse(json) as unknown;
      } catch {
        failed.push(key);
      }
    };
    const body = {
      document: text.content,
      input: value("", input || "{}"),
      outputs: Object.fromEntries(
        steps.filter((each) => outputs[each.name]?.trim()).map((
          each,
        ) => [each.name, value(each.name, outputs[each.name]!)]),
      ),
    };
    setWrong(failed);
    if (failed.length === 0) run.mutate(body);
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
              <Time at={last.execution.created_at} />).
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
      {props.rows && <Rows rows={props.rows} selected={props.selected} select={props.select} />}
    </form>
  );
}

function Rows(
  { rows, selected, select }: {
    rows: TraceRow[];
    selected: string | null;
    select: (step: string) => void;
  },
) {
  const whole = rows.find((each) => each.step_name === null);
  const shown = rows.filter((each) => each.step_name === selected);
  return (
    <fieldset>
      <legend>What would happen</legend>
      {whole && (
        <p role="status">
          <Pill status={whole.status} /> {whole.error_message ?? ""}
        </p>
      )}
      <ol className="trace-rows">
        {rows.filter((each) => each.step_name !== null).slice(0, 200).map((each, at) => (
          <li key={at}>
            <button
              type="button"
              aria-pressed={each.step_name === selected}
              onClick={() =>
                select(each.step_name!)}
            >
              <span className="grow" dir="auto">
                {each.step_name}
                {each.item_index !== null ? ` · item ${each.item_index}` : ""}
                {each.attempt_number > 1 ? ` · attempt ${each.attempt_number}` : ""}
              </span>
              <Pill status={each.status} />
            </button>
          </li>
        ))}
      </ol>
      {rows.length > 201 && <p className="dim">and {rows.length - 201} more</p>}
      {shown.slice(0, 5).map((each, at) => (
        <div key={at}>
          <h3 dir="auto">
            {each.step_name}
            {each.item_index !== null ? ` · item ${each.item_index}` : ""}
          </h3>
          {each.error_code && (
            <p className="wrong">
              <strong>{each.error_code}</strong> {each.error_message}
            </p>
          )}
          <h3>Input</h3>
          <Value value={each.input_data} />
          <h3>Output</h3>
          <Value value={each.output_data} />
        </div>
      ))}
      {whole && (
        <>
          <h3>Output of the playbook</h3>
          <Value value={whole.output_data} />
        </>
      )}
    </fieldset>
  );
}
