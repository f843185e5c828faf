// What all hooks are given: the client, and the streams that they share.

import type { PbdbClient } from "@pbdb/client";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";

import { Hub } from "./hub.ts";

interface Given {
  client: PbdbClient;
  hub: Hub;
}

const Context = createContext<Given | null>(null);

/** Gives the hooks below it a client; stands inside a QueryClientProvider. */
export function PbdbProvider({ client, children }: { client: PbdbClient; children: ReactNode }) {
  const queries = useQueryClient();
  const given = useMemo(() => ({ client, hub: new Hub(client, queries) }), [client, queries]);
  useEffect(() => given.hub.watchVisibility(), [given]);
  return <Context.Provider value={given}>{children}</Context.Provider>;
}

export function useGiven(): Given {
  const given = useContext(Context);
  if (given === null) throw new Error("hooks of @pbdb/react stand below a <PbdbProvider>");
  return given;
}

/** The client of the provider, for calls that no hook makes. */
export function usePbdb(): PbdbClient {
  return useGiven().client;
}
