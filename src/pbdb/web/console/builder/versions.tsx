// Two versions of a playbook beside each other, as they were written.

import "./builder.css";

import { useQuery } from "@tanstack/react-query";

import { call, type Playbook } from "../api.ts";
import { Trouble, Waiting } from "../parts/trouble.tsx";
import { Compare } from "./compare.tsx";
import { textOf } from "./draft.ts";

export default function Versions(
  { name, before, after }: { name: string; before: number; after: number },
) {
  const found = useQuery({
    queryKey: ["playbook", name, "compare", before, after],
    queryFn: () =>
      Promise.all(
        [before, after].map((each) =>
          call<Playbook>("GET", `/playbooks/${encodeURIComponent(name)}/versions/${each}`)
        ),
      ),
  });
  if (found.error) return <Trouble error={found.error} />;
  if (!found.data) return <Waiting />;
  const [old, now] = found.data.map((each) => textOf(each));
  const steps = found.data.map((each) =>
    new Map(
      (each.document.steps as { name: string }[] ?? []).map((
        step,
      ) => [step.name, JSON.stringify(step)]),
    )
  );
  const [was, is] = [steps[0]!, steps[1]!];
  const list = (names: string[]) => names.length ? names.join(", ") : "none";
  return (
    <>
      <dl className="facts">
        <dt>Steps added</dt>
        <dd>{list([...is.keys()].filter((each) => !was.has(each)))}</dd>
        <dt>Steps removed</dt>
        <dd>{list([...was.keys()].filter((each) => !is.has(each)))}</dd>
        <dt>Steps changed</dt>
        <dd>
          {list([...is.keys()].filter((each) => was.has(each) && was.get(each) !== is.get(each)))}
        </dd>
      </dl>
      <Compare before={old!} after={now!} label={`From v${before} to v${after}`} />
    </>
  );
}
