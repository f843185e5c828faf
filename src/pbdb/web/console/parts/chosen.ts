import { useState } from "react";

/** Rows that were ticked, by id. */
export function useChosen() {
  const [ids, set] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) =>
    set((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return { ids, toggle, all: (all: string[]) => set(new Set(all)), none: () => set(new Set()) };
}
