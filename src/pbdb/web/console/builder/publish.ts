// A draft becomes the version that new executions take, or nothing at all.

import { pbdbKeys, useDeletePlaybook, usePbdb } from "@pbdb/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import type { Text } from "../../document/read.ts";
import { playbookAt } from "../address.ts";
import type { Draft } from "./draft.ts";
import type { Base } from "./opened.ts";

/** Save what is not saved and activate it. */
export function useActivation(
  name: string,
  text: Text,
  draft: Draft,
  done: (saved: Base & { version: number }) => void,
) {
  const client = usePbdb();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const saved = draft.isChanged || draft.base.version === null
        ? await draft.save(text, draft.base)
        : draft.base;
      if (!saved?.version) throw draft.state.error ?? new Error("The draft could not be saved.");
      await client.playbooks.activate(name, saved.version);
      return { ...saved, version: saved.version };
    },
    onSuccess: (saved) => {
      draft.setBase({ hash: null, version: null, text: saved.text });
      void queries.invalidateQueries({ queryKey: pbdbKeys.playbooks.detail(name) });
      void queries.invalidateQueries({ queryKey: pbdbKeys.playbooks.lists });
      done(saved);
    },
  });
}

/** Delete the draft; `now` is what the editor holds, which is not asked about any more. */
export function useDiscard(name: string, draft: Draft, now: () => string) {
  return useDeletePlaybook({
    onSuccess: () => {
      draft.setBase({ hash: null, version: null, text: now() });
      location.hash = playbookAt(name);
    },
  });
}
