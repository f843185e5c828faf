// Tables by keyboard: j and k go from row to row, Enter opens, x chooses.

import { type RefObject } from "react";

import { useKeys } from "./keys.ts";

/** Rows are what has `data-row`; what gets the focus is the row's first link. */
export function useRowKeys(area: RefObject<HTMLElement | null>) {
  const rows = () => [...area.current?.querySelectorAll<HTMLElement>("[data-row]") ?? []];
  const here = () => rows().findIndex((each) => each.contains(document.activeElement));
  const go = (by: number) => {
    const all = rows();
    const next = all[Math.max(0, Math.min(all.length - 1, here() + by))];
    next?.querySelector<HTMLElement>("a")?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({
    j: () => go(1),
    k: () => go(here() < 0 ? 0 : -1),
    x: () => rows()[here()]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click(),
  });
}
