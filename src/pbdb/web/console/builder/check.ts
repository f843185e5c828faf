// What the database says of the text, in one call, a moment after the last key.

import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type Path, pathOf, type Range, rangeOf, stepsOf } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import { call } from "../api.ts";

export interface Issue {
  severity: "error" | "warning" | string;
  code: string;
  step_name: string | null;
  place: string | null;
  message: string;
  hint: string | null;
}

export interface GraphNode {
  step_name: string;
  step_type: string;
  step_order: number;
  description: string | null;
  parent_step_name: string | null;
  branch: string | null;
  is_final: boolean;
  is_optional: boolean;
  has_condition: boolean;
  is_for_each: boolean;
}

export interface GraphEdge {
  from_step_name: string;
  to_step_name: string;
  kind: "next" | "failure" | "target" | "branch";
  branch: string | null;
  place: string | null;
}

export interface Checked {
  is_valid: boolean;
  issues: Issue[];
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Found extends Issue {
  range: Range;
  path: Path;
}

const PAUSE_MS = 250;

/** `of`: the text that the answer is about; another one while the next answer is awaited. */
export function useCheck(
  text: Text,
): { of: Text | null; checked: Checked | null; error: unknown; isBehind: boolean } {
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
    queryFn: () => call<Checked>("POST", "/playbooks:check", { document: asked.content }),
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
    return {
      ...each,
      path,
      range: rangeOf(text, path),
      step_name: each.step_name ?? around?.name ?? null,
    };
  });
}
