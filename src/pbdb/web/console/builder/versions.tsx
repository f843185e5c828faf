// Two versions of a playbook beside each other, as they were written.

import "./builder.css";

import type { GetPlaybookRow } from "@pbdb/client";
import { usePlaybook } from "@pbdb/react";

import { Trouble, Waiting } from "../parts/trouble.tsx";
import { Compare } from "./compare.tsx";
import { textOf } from "./opened.ts";

interface Props {
  name: string;
  before: number;
  after: number;
}

export default function Versions({ name, before, after }: Props) {
  const [old, now] = [
    usePlaybook(name, { version: before }),
    usePlaybook(name, { version: after }),
  ];
  if (old.error || now.error) return <Trouble error={old.error ?? now.error} />;
  if (!old.data || !now.data) return <Waiting />;
  const [was, is] = [stepsOf(old.data), stepsOf(now.data)];
  const both = [...is.keys()].filter((each) => was.has(each));
  return (
    <>
      <dl className="facts">
        <Names word="added" names={[...is.keys()].filter((each) => !was.has(each))} />
        <Names word="removed" names={[...was.keys()].filter((each) => !is.has(each))} />
        <Names word="changed" names={both.filter((each) => was.get(each) !== is.get(each))} />
      </dl>
      <Compare
        before={textOf(old.data)}
        after={textOf(now.data)}
        label={`From v${before} to v${after}`}
      />
    </>
  );
}

function Names({ word, names }: { word: string; names: string[] }) {
  return (
    <div>
      <dt>Steps {word}</dt>
      <dd>
        {names.length === 0 ? "none" : names.map((each, at) => (
          <span key={each}>
            {at > 0 && ", "}
            <bdi>{each}</bdi>
          </span>
        ))}
      </dd>
    </div>
  );
}

interface Written {
  name: string;
  branches?: Record<string, Written[]>;
  steps?: Written[];
}

/** Every step, those in branches too, as it is without the steps that it holds. */
function stepsOf(it: GetPlaybookRow): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (steps: Written[] | undefined) => {
    for (const { branches, steps: body, ...own } of steps ?? []) {
      found.set(own.name, JSON.stringify([own, Object.keys(branches ?? {})]));
      for (const each of Object.values(branches ?? {})) walk(each);
      walk(body);
    }
  };
  walk((it.document as { steps?: Written[] }).steps);
  return found;
}
