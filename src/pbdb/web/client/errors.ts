// What a refused request is: RFC 9457's problem, with pbdb's code, hint and places.

import { camelRow } from "./columns.ts";
import { type ErrorCode, ERRORS } from "./types.ts";

/** One place of an input, an answer or a document that does not fit. */
export interface Place {
  path?: string;
  message?: string;
  [more: string]: unknown;
}

/**
 * A call that did not do what it should. `status` is 0 when there was no answer at all (`code` is
 * then NETWORK, TIMEOUT or ABORTED); otherwise `code` is one of ERRORS, an SQLSTATE, or PGRSTnnn.
 */
export class PbdbError extends Error {
  override readonly name = "PbdbError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly details: string | null = null,
    readonly errors: Place[] = [],
    readonly requestId: string | null = null,
    /** Seconds after which the server wants to be asked again. */
    readonly retryAfter: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What `code` means, such as IdempotencyConflict for PB007; null for codes of others. */
  get kind(): (typeof ERRORS)[ErrorCode] | null {
    return this.code in ERRORS ? ERRORS[this.code as ErrorCode] : null;
  }

  /** Whether the same call may succeed a moment later: nobody answered, or was too busy. */
  get isTransient(): boolean {
    return this.code === "NETWORK" || [429, 502, 503].includes(this.status);
  }

  /** Whether an error is one of pbdb's, with this code if one is given. */
  static is(error: unknown, code?: string): error is PbdbError {
    return error instanceof PbdbError && (code === undefined || error.code === code);
  }
}

/** The error that an answer is. A proxy may have written it, so anything may be missing. */
export async function errorOf(response: Response): Promise<PbdbError> {
  const said = await response.json().catch(() => null);
  const problem = (typeof said === "object" && said !== null ? said : {}) as Record<
    string,
    unknown
  >;
  const text = (key: string) => (typeof problem[key] === "string" ? problem[key] as string : null);
  return new PbdbError(
    response.status,
    text("code") ?? "",
    text("message") ?? text("detail") ?? text("title") ??
      `the server answered ${response.status}`,
    text("hint"),
    text("details"),
    Array.isArray(problem.errors) ? problem.errors.map((each) => camelRow(each)) : [],
    text("request_id") ?? response.headers.get("x-request-id"),
    secondsOf(response.headers.get("retry-after")),
  );
}

function secondsOf(header: string | null): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(seconds, 0);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max((date - Date.now()) / 1000, 0);
}
