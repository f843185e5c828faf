import { usePlaybook, usePlaybookVersions } from "@pbdb/react";
import { lazy, Suspense } from "react";

import { to, usePlace } from "../../address.ts";
import { Trouble, Waiting } from "../../parts/trouble.tsx";
import { Value } from "../../parts/value.tsx";
import { useScope } from "../../shell/me.ts";
import { Recent } from "./recent.tsx";
import { Start } from "./start.tsx";
import { Versions } from "./versions.tsx";

const Comparison = lazy(() => import("../../builder/versions.tsx"));

export function PlaybookPage({ name }: { name: string }) {
  const place = usePlace();
  const versions = usePlaybookVersions(name);
  const all = versions.data ?? [];
  const active = all.find((each) => each.status === "ACTIVE");
  const number = Number(place.said.get("version")) || active?.version || all[0]?.version;
  const shown = usePlaybook(name, { ...(number ? { version: number } : {}), enabled: !!number });
  const mayEdit = useScope("edit");
  if (versions.isPending) return <Waiting rows={8} />;
  const edit = `playbooks/${encodeURIComponent(name)}/edit`;
  const compared = Number(place.said.get("with"));
  const document = shown.data?.document as Record<string, unknown> | undefined;
  const about = document?.description;
  return (
    <>
      <div className="row head">
        <h1 dir="auto" title={name}>{name}</h1>
        <span className="grow" />
        <a className="button" href={to("executions", { playbook: name })}>Its executions</a>
        <a className="button" href={to(edit, { panel: "what-if" })}>What if…</a>
        <a className={mayEdit ? "button main" : "button"} href={to(edit)}>
          {mayEdit ? "Edit" : "Look at it"}
        </a>
      </div>
      <Trouble error={versions.error ?? shown.error} />
      {typeof about === "string" && about && <p className="about" dir="auto">{about}</p>}
      <div className="split">
        <section className="card" aria-label="Start">
          <h2>Start it</h2>
          {!active
            ? <p className="dim">No version is active: activate one in the builder.</p>
            : <Start name={name} version={active.version} />}
        </section>
        <Versions name={name} found={versions} shown={number} />
      </div>
      {compared > 0 && number && (
        <section className="card" aria-label="Comparison">
          <h2>From v{compared} to v{number}</h2>
          <Suspense fallback={<Waiting />}>
            <Comparison name={name} before={compared} after={number} />
          </Suspense>
        </section>
      )}
      <Recent name={name} />
      {shown.data && (
        <section className="card" aria-label="Document">
          <h2>Document of v{number}</h2>
          <Value value={shown.data.source ?? shown.data.document} label="Document" />
        </section>
      )}
    </>
  );
}
