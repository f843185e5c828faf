import { PbdbError } from "@pbdb/client";
import { usePlaybook, useStartPlaybook } from "@pbdb/react";
import { useState } from "react";

import { executionAt } from "../../address.ts";
import { type Schema, SchemaForm } from "../../parts/form/form.tsx";
import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { useScope } from "../../shell/me.ts";

const ANY: Schema = { title: "Input as JSON", default: {} };

/** A form drawn from the input's schema; the database checks it. */
export function Start({ name, version }: { name: string; version: number }) {
  const found = usePlaybook(name, { version });
  const mayStart = useScope("start");
  const [title, setTitle] = useState("");
  const start = useStartPlaybook({
    onSuccess: (id) => {
      location.hash = executionAt(id);
    },
  });
  const { error } = start;
  const places = PbdbError.is(error, "PB006") ? error.errors : undefined;
  if (!mayStart) return <p className="dim">You may look, but not start: that needs “start”.</p>;
  if (!found.data) return <Waiting rows={3} />;
  const document = found.data.document as { input_schema?: Schema };
  const schema = document.input_schema && Object.keys(document.input_schema).length > 0
    ? document.input_schema
    : ANY;
  return (
    <>
      {!(places && places.length > 0) && <Trouble error={error} />}
      <div className="field start-name">
        <label htmlFor="start-name">Name of the execution</label>
        <input
          id="start-name"
          maxLength={255}
          placeholder={name.slice(0, 60)}
          dir="auto"
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
      </div>
      <SchemaForm
        key={version}
        schema={schema}
        action={`Start v${version}`}
        busy={start.isPending || start.isSuccess}
        errors={places}
        send={(value) =>
          start.mutate({
            name,
            input: (value ?? {}) as never,
            ...(title.trim() ? { executionName: title.trim() } : {}),
          })}
      />
    </>
  );
}
