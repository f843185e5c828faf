// What the database says of the text, in one call, a moment after the last key.

import type { CheckPlaybookRow, Issue, Payload } from "@pbdb/client";
import { usePbdb } from "@pbdb/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type Path, pathOf, type Range, rangeOf, stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";

export type { Issue };
export type Checked = CheckPlaybookRow;

export interface Found extends Issue {
  range: Range;
  path: Path;
}

const PAUSE_MS = 250;

export interface Check {
  /** The text that the answer is about; null while the next answer is awaited. */
  of: Text | null;
  checked: Checked | null;
  error: unknown;
  isBehind: boolean;
}

export function useCheck(text: Text): Check {
  const client = usePbdb();
  const [asked, ask] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => ask(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery({
    queryKey: ["check", asked.text],
    enabled: asked.content !== undefined,
    staleTime: 10_000,
    gcTime: 10_000,
    queryFn: ({ signal }) => client.playbooks.check(asked.content as Payload, { signal }),
    // While the next answer is awaited the last picture stays.
    placeholderData: (last) => last,
  });
  const isBehind = asked !== text || found.isPlaceholderData ||
    (found.isPending && asked.content !== undefined);
  return { of: isBehind ? null : asked, checked: found.data ?? null, error: found.error, isBehind };
}

/** The issues with where they are in the text, and in which step. */
export function located(text: Text, issues: Issue[]): Found[] {
  const steps = stepsOf(text);
  return issues.map((each) => {
    const path = each.place ? pathOf(each.place) : [];
    const around = steps.findLast((step) => step.path.every((key, at) => path[at] === key));
    const stepName = each.stepName ?? around?.name;
    return { ...each, path, range: rangeOf(text, path), ...(stepName ? { stepName } : {}) };
  });
}

/** Whether it is no playbook at all, so that it cannot be saved. */
export const isNone = (issues: Issue[]) => issues.some((each) => each.code === "PB009");
