// Which screen an address means.

import { type ComponentType, lazy, type ReactNode, Suspense } from "react";

import { to } from "../address.ts";
import { Empty, Waiting } from "../parts/trouble.tsx";
import { DeadLetters } from "../screens/dead_letters/page.tsx";
import { ExecutionPage } from "../screens/execution/page.tsx";
import { Executions } from "../screens/executions/page.tsx";
import { Inbox } from "../screens/inbox/page.tsx";
import { Overview } from "../screens/overview/page.tsx";
import { PlaybookPage } from "../screens/playbooks/page.tsx";
import { Playbooks } from "../screens/playbooks/list.tsx";

// The editor weighs more than all the rest: it comes when somebody edits.
const Builder = lazy(() => import("../builder/builder.tsx"));
const settings = <T extends string>(name: T) =>
  lazy(async () => {
    const all: Record<string, ComponentType> = await import("../screens/settings/mod.ts");
    return { default: all[name]! };
  });
const Triggers = settings("Triggers");
const Usage = settings("Usage");
const Audit = settings("Audit");

export interface Tab {
  path: string;
  word: string;
  scope?: string;
}

export const TABS: Tab[][] = [
  [
    { path: "overview", word: "Overview" },
    { path: "executions", word: "Executions" },
    { path: "inbox", word: "Inbox" },
    { path: "dead-letters", word: "Dead letters" },
    { path: "playbooks", word: "Playbooks" },
  ],
  [
    { path: "triggers", word: "Triggers" },
    { path: "usage", word: "Usage" },
    { path: "audit", word: "Audit", scope: "admin" },
  ],
];

const SCREENS: Record<string, ReactNode> = {
  "": <Overview />,
  overview: <Overview />,
  executions: <Executions />,
  inbox: <Inbox />,
  "dead-letters": <DeadLetters />,
  playbooks: <Playbooks />,
  triggers: <Triggers />,
  usage: <Usage />,
  audit: <Audit />,
};

export function Screen({ path }: { path: string[] }) {
  return <Suspense fallback={<Waiting rows={6} />}>{found(path)}</Suspense>;
}

function found([name = "", part, verb]: string[]): ReactNode {
  if (name === "executions" && part) return <ExecutionPage key={part} id={part} />;
  if (name === "playbooks" && part && verb === "edit") return <Builder key={part} name={part} />;
  if (name === "playbooks" && part) return <PlaybookPage key={part} name={part} />;
  return SCREENS[name] ?? (
    <Empty>
      There is no such page. <a href={to("overview")}>Overview</a>
    </Empty>
  );
}
