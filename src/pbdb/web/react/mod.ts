/**
 * React hooks over `pbdb serve`, by the conventions of React Query.
 * @module
 */

export * from "./executions.ts";
export type { Live } from "./hub.ts";
export { pbdbKeys } from "./keys.ts";
export * from "./people.ts";
export * from "./playbooks.ts";
export { PbdbProvider, usePbdb } from "./provider.tsx";
export type { MutationSettings, QuerySettings } from "./query.ts";
export * from "./triggers.ts";
