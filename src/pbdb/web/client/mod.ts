/**
 * A client of `pbdb serve`: REST, live progress and `/rpc`, with the types of the database.
 * @module
 */

export { type CallOptions, type ClientOptions, type Token } from "./call.ts";
export {
  createClient,
  type Item,
  type Me,
  PbdbClient,
  type RouteName,
  type RouteOptions,
  type StartOptions,
} from "./client.ts";
export { camelRow } from "./columns.ts";
export { PbdbError, type Place } from "./errors.ts";
export {
  type Connection,
  type FollowOptions,
  type LiveExecution,
  type LiveStep,
  type Picture,
} from "./follow.ts";
export * from "./types.ts";
