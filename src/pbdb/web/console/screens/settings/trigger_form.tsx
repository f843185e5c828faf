import type { ListTriggersRow, Payload } from "@pbdb/client";
import { useDefineTrigger, usePlaybooks } from "@pbdb/react";
import { type FormEvent, useId, useState } from "react";

import { Dialog } from "../../parts/ask.tsx";
import { Trouble } from "../../parts/trouble.tsx";
import { jsonOf, Labelled } from "./field.tsx";

const SCHEDULE = "A cron expression of five fields: minute, hour, day, month, weekday.";

/** A trigger, new or as it is; defining it replaces it as a whole. */
export function TriggerForm(props: { trigger: ListTriggersRow | undefined; close: () => void }) {
  const { trigger, close } = props;
  const list = useId();
  const playbooks = usePlaybooks({ status: "ACTIVE", limit: 200 });
  const define = useDefineTrigger({ onSuccess: close });
  const [kind, setKind] = useState(trigger?.kind ?? "schedule");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const input = jsonOf<Payload>(text("input"), {});
    const match = jsonOf<Payload>(text("match"), {});
    const found: Record<string, string> = {};
    if (input === undefined) found.input = "This is not JSON.";
    if (match === undefined) found.match = "This is not JSON.";
    setWrong(found);
    if (input === undefined || match === undefined) return;
    define.mutate({
      name: trigger?.name ?? text("name"),
      playbookName: text("playbook"),
      input,
      isEnabled: trigger?.isEnabled ?? true,
      ...(kind === "schedule"
        ? { schedule: text("schedule"), timeZone: text("zone") || "UTC" }
        : { eventName: text("event"), eventMatch: match }),
    });
  };
  const json = (value: unknown) => value === undefined ? "{}" : JSON.stringify(value, null, 2);
  return (
    <Dialog title={trigger ? `Trigger ${trigger.name}` : "New trigger"} close={close}>
      <Trouble error={define.error} />
      <form className="form" onSubmit={submit}>
        {!trigger && (
          <Labelled label="Name" help="One that is there already is replaced.">
            {(given) => (
              <input {...given} name="name" maxLength={255} dir="auto" required autoFocus />
            )}
          </Labelled>
        )}
        <Labelled label="Starts the playbook" help="Its newest active version.">
          {(given) => (
            <input
              {...given}
              name="playbook"
              list={list}
              dir="auto"
              defaultValue={trigger?.playbookName}
              required
            />
          )}
        </Labelled>
        <datalist id={list}>
          {playbooks.data?.map((each) => <option key={each.name} value={each.name} />)}
        </datalist>
        <fieldset className="row">
          <legend className="hidden">Starts it on</legend>
          {["schedule", "event"].map((each) => (
            <label key={each} className="choice">
              <input
                type="radio"
                name="kind"
                checked={kind === each}
                onChange={() => setKind(each)}
              />
              On {each === "schedule" ? "a schedule" : "an event"}
            </label>
          ))}
        </fieldset>
        {kind === "schedule"
          ? (
            <div className="two">
              <Labelled label="Schedule" help={SCHEDULE}>
                {(given) => (
                  <input
                    {...given}
                    name="schedule"
                    placeholder="0 6 * * 1-5"
                    defaultValue={trigger?.schedule}
                    required
                  />
                )}
              </Labelled>
              <Labelled label="Time zone" help="As Europe/Vienna; UTC unless given.">
                {(given) => (
                  <input
                    {...given}
                    name="zone"
                    placeholder="UTC"
                    defaultValue={trigger?.timeZone}
                  />
                )}
              </Labelled>
            </div>
          )
          : (
            <div className="two">
              <Labelled label="Event" help="Its name, as whoever tells it says it.">
                {(given) => (
                  <input
                    {...given}
                    name="event"
                    dir="auto"
                    defaultValue={trigger?.eventName}
                    required
                  />
                )}
              </Labelled>
              <Labelled
                label="Only with"
                help="A payload has to contain this; {} is every one."
                wrong={wrong.match}
              >
                {(given) => (
                  <textarea
                    {...given}
                    name="match"
                    rows={2}
                    spellCheck={false}
                    defaultValue={json(trigger?.eventMatch)}
                  />
                )}
              </Labelled>
            </div>
          )}
        <Labelled
          label="Input"
          help={kind === "event" ? "The event's payload is laid over it." : "JSON"}
          wrong={wrong.input}
        >
          {(given) => (
            <textarea
              {...given}
              name="input"
              rows={4}
              spellCheck={false}
              defaultValue={json(trigger?.inputData)}
            />
          )}
        </Labelled>
        <p className="row end">
          <button type="button" onClick={close}>Back</button>
          <button type="submit" className="main" disabled={define.isPending}>
            {define.isPending ? "Saving…" : "Save"}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
