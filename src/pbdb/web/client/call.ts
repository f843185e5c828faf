// One call: credential, time limit, errors, and trying again what may be tried again.

import { errorOf, PbdbError } from "./errors.ts";

export type Token = string | null | (() => string | null | Promise<string | null>);

export interface ClientOptions {
  /** Where the server is, `https://pbdb.example.com/below/a/path`; "" is the page's own server. */
  url?: string;
  /** A bearer token, or what gives one: asked before each call, and again after a 401. */
  token?: Token;
  /** How often a call that may be repeated is tried again. 3 unless said. */
  retries?: number;
  /** Milliseconds that a call may take. 30000 unless said; 0 is without an end. */
  timeout?: number;
  /** Headers of every call. */
  headers?: Record<string, string>;
  /** Another fetch than the platform's. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  headers?: Record<string, string>;
  /** Milliseconds, instead of the client's. */
  timeout?: number;
}

const FIRST_DELAY = 300;
const LONGEST_DELAY = 15_000;

export class Caller {
  readonly url: string;

  constructor(private readonly options: ClientOptions) {
    this.url = (options.url ?? "").replace(/\/+$/, "");
  }

  /** The answer of a call that succeeded. `repeats`: whether it may be sent twice. */
  async send(
    method: string,
    path: string,
    body: unknown,
    repeats: boolean,
    options: CallOptions = {},
  ): Promise<Response> {
    const most = repeats ? this.options.retries ?? 3 : 0;
    for (let tried = 0;; tried++) {
      try {
        return await this.once(method, path, body, options);
      } catch (error) {
        if (!PbdbError.is(error) || !error.isTransient || tried >= most) throw error;
        await sleep(delay(tried, error.retryAfter), options.signal);
      }
    }
  }

  private async once(
    method: string,
    path: string,
    body: unknown,
    options: CallOptions,
  ): Promise<Response> {
    const response = await this.fetch(method, path, body, options);
    if (response.ok) return response;
    if (response.status === 401 && typeof this.options.token === "function") {
      // What gives tokens may have a new one.
      await response.body?.cancel();
      const again = await this.fetch(method, path, body, options);
      if (again.ok) return again;
      throw await errorOf(again);
    }
    throw await errorOf(response);
  }

  private async fetch(
    method: string,
    path: string,
    body: unknown,
    options: CallOptions,
  ): Promise<Response> {
    const given = this.options.token;
    const token = typeof given === "function" ? await given() : given;
    const headers: Record<string, string> = {
      Accept: "application/json",
      ...this.options.headers,
      ...options.headers,
    };
    if (token) headers.Authorization = `Bearer ${token}`;
    const limit = options.timeout ?? this.options.timeout ?? 30_000;
    const clock = limit > 0 ? AbortSignal.timeout(limit) : null;
    const signals = [options.signal, clock].filter((each) => each != null);
    const init: RequestInit = { method, headers, credentials: "same-origin" };
    if (signals.length) init.signal = AbortSignal.any(signals);
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    try {
      // Not as a method: a browser's fetch wants no other `this`.
      const ask = this.options.fetch ?? fetch;
      return await ask(`${this.url}${this.url ? "/" : ""}${path}`, init);
    } catch (error) {
      throw unanswered(error, options.signal, clock, limit);
    }
  }
}

function unanswered(
  error: unknown,
  signal: AbortSignal | undefined,
  clock: AbortSignal | null,
  limit: number,
): PbdbError {
  const made = (code: string, message: string, hint: string | null = null) =>
    new PbdbError(0, code, message, hint, null, [], null, null, { cause: error });
  if (signal?.aborted) return made("ABORTED", "the call was aborted");
  if (clock?.aborted) {
    return made("TIMEOUT", `no answer within ${limit} ms`, "pass a longer `timeout`");
  }
  const said = error instanceof Error ? error.message : String(error);
  return made("NETWORK", `the server cannot be reached: ${said}`, "is `pbdb serve` there?");
}

/** Milliseconds before the next try: doubled each time, spread, and never before Retry-After. */
export function delay(tried: number, retryAfter: number | null = null): number {
  const most = Math.min(FIRST_DELAY * 2 ** tried, LONGEST_DELAY);
  return Math.max(most * (0.5 + Math.random() / 2), (retryAfter ?? 0) * 1000);
}

/** Wait; rejects at once when the signal says so. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const aborted = () => {
      clearTimeout(timer);
      fail(new PbdbError(0, "ABORTED", "the call was aborted"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      done();
    }, milliseconds);
    if (signal?.aborted) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}
