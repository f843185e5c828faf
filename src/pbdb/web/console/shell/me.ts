import type { Me } from "@pbdb/client";
import { createContext, useContext } from "react";

/** Who looks at the page, and what that person may do. */
export const MeContext = createContext<Me | null>(null);

export function useScope(scope: string): boolean {
  return useContext(MeContext)?.scopes.includes(scope) ?? false;
}
