// The client: a group of calls for each thing that the server has.

import { Caller, type CallOptions, type ClientOptions } from "./call.ts";
import { camel, camelRow, queryOf, snakeKeys } from "./columns.ts";
import { PbdbError } from "./errors.ts";
import { Session } from "./session.ts";
import { follow, type FollowOptions, type Picture } from "./follow.ts";
import {
  type Functions,
  type GetExecutionRow,
  type JsonObject,
  type Page,
  type Payload,
  RETURNS,
  ROUTES,
  type Routes,
} from "./types.ts";

export type RouteName = keyof Routes;
type Query<R extends RouteName> = Routes[R]["query"];
type Body<R extends RouteName> = Routes[R]["body"];
type Answer<R extends RouteName> = Routes[R]["answer"];
/** What an item of a list is. */
export type Item<R extends RouteName> = Answer<R> extends Page<infer T> ? T : never;

export interface RouteOptions<R extends RouteName> extends CallOptions {
  path?: Routes[R]["path"];
  query?: Query<R>;
  body?: Body<R>;
}

export interface StartOptions extends CallOptions {
  /** The same key and input give the same execution. One is made unless given. */
  idempotencyKey?: string;
  executionName?: string;
  metadata?: JsonObject;
}

export interface Me {
  organizationId: string;
  actor?: string;
  scopes: string[];
}

/** A client of `pbdb serve`. */
export function createClient(options: ClientOptions = {}): PbdbClient {
  return new PbdbClient(options);
}

export class PbdbClient {
  private readonly caller: Caller;
  readonly session: Session;
  readonly playbooks: Playbooks;
  readonly executions: Executions;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  readonly triggers: Triggers;

  constructor(options: ClientOptions) {
    this.caller = new Caller(options);
    this.session = new Session(this.caller);
    this.playbooks = new Playbooks(this);
    this.executions = new Executions(this, this.caller);
    this.inbox = new Inbox(this);
    this.deadLetters = new DeadLetters(this);
    this.triggers = new Triggers(this);
  }

  /** Call a route of the table, such as `"GET /executions/{id}"`. */
  async request<R extends RouteName>(
    route: R,
    options: RouteOptions<R> = {},
  ): Promise<Answer<R>> {
    const { answers, reads } = ROUTES[route];
    const space = route.indexOf(" ");
    const path = filled(route.slice(space + 1), (options.path ?? {}) as JsonObject);
    const method = route.slice(0, space);
    const body = method === "GET" || method === "DELETE"
      ? undefined
      : snakeKeys(options.body ?? {});
    const isKeyed = "Idempotency-Key" in (options.headers ?? {});
    const answer = await this.caller.send(
      method,
      `v1${path}${queryOf(options.query ?? {})}`,
      body,
      reads || isKeyed,
      options,
    );
    return await read(answer, answers) as Answer<R>;
  }

  /** Call a function by its own name and arguments, through `/rpc`. */
  async rpc<F extends keyof Functions>(
    name: F,
    ...[given, options]: Record<never, never> extends Functions[F]["arguments"]
      ? [given?: Functions[F]["arguments"], options?: CallOptions]
      : [given: Functions[F]["arguments"], options?: CallOptions]
  ): Promise<Functions[F]["returns"]> {
    const path = `rpc/${encodeURIComponent(name)}`;
    const answer = await this.caller.send("POST", path, given ?? {}, isRead(name), options);
    const returns = RETURNS[name];
    if (returns === "nothing") return undefined as Functions[F]["returns"];
    const said = await answer.json();
    return returns === "rows" ? said.map((each: Payload) => camelRow(each)) : said;
  }

  /** Who asks, for which organization, with which scopes. */
  async me(options: CallOptions = {}): Promise<Me> {
    return camelRow(
      await (await this.caller.send("GET", "v1/me", undefined, true, options)).json(),
    );
  }

  /** How the tenant stands: open executions, waits, dead letters, what nobody serves. */
  overview(options?: CallOptions) {
    return this.request("GET /overview", { ...options });
  }

  /** Executions by status and hour or day. */
  async counts(query: Query<"GET /counts"> = {}, options?: CallOptions) {
    return (await this.request("GET /counts", { query, ...options })).items;
  }

  /** Who did what, newest first; needs the scope `admin`. */
  audit(query: Query<"GET /audit"> = {}, options?: CallOptions) {
    return this.request("GET /audit", { query, ...options });
  }

  /** Tokens and cost of models. */
  async usage(query: Query<"GET /usage"> = {}, options?: CallOptions) {
    return (await this.request("GET /usage", { query, ...options })).items;
  }

  /** Tell an event to everybody who waits for it; returns how many there were. */
  async emit(
    name: string,
    payload: Payload = {},
    options: CallOptions & { idempotencyKey?: string; keepSeconds?: number } = {},
  ): Promise<number> {
    const { idempotencyKey, keepSeconds, ...rest } = options;
    const body: Body<"POST /events/{name}"> = { payload };
    if (keepSeconds !== undefined) body.keepSeconds = keepSeconds;
    const route = "POST /events/{name}";
    return (await this.request(route, { path: { name }, body, ...keyed(rest, idempotencyKey) }))
      .delivered;
  }
}

/** All items of a list, page after page. */
async function* everyPage<T>(
  page: (after: string | number | undefined) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let after: string | number | undefined;
  do {
    const { items, next } = await page(after);
    yield* items;
    after = next ?? undefined;
  } while (after !== undefined);
}

class Playbooks {
  constructor(private readonly client: PbdbClient) {}

  list(query: Query<"GET /playbooks"> = {}, options?: CallOptions) {
    return this.client.request("GET /playbooks", { query, ...options });
  }

  /** The newest version, or the one that is asked for. */
  get(name: string, options: CallOptions & { version?: number } = {}) {
    const { version, ...rest } = options;
    if (version === undefined) {
      return this.client.request("GET /playbooks/{name}", { path: { name }, ...rest });
    }
    const path = { name, version };
    return this.client.request("GET /playbooks/{name}/versions/{version}", { path, ...rest });
  }

  /** The ACTIVE playbooks of an agent. */
  async ofAgent(agentId: string, options?: CallOptions) {
    const path = { id: agentId };
    return (await this.client.request("GET /agents/{id}/playbooks", { path, ...options })).items;
  }

  versions(
    name: string,
    query: Query<"GET /playbooks/{name}/versions"> = {},
    options?: CallOptions,
  ) {
    return this.client.request("GET /playbooks/{name}/versions", {
      path: { name },
      query,
      ...options,
    });
  }

  /** How playbooks went on each of the last days, and how long they took. */
  async trends(query: Query<"GET /playbooks:trends">, options?: CallOptions) {
    return (await this.client.request("GET /playbooks:trends", { query, ...options })).items;
  }

  graph(name: string, version: number, options?: CallOptions) {
    const path = { name, version };
    return this.client.request("GET /playbooks/{name}/versions/{version}/graph", {
      path,
      ...options,
    });
  }

  summary(name: string, version: number, options?: CallOptions) {
    const path = { name, version };
    return this.client.request("GET /playbooks/{name}/versions/{version}/summary", {
      path,
      ...options,
    });
  }

  draft(name: string, options?: CallOptions) {
    return this.client.request("GET /playbooks/{name}/draft", { path: { name }, ...options });
  }

  /** Save the draft of the document's name; `ifMatch` is the hash of the one that was edited. */
  saveDraft(
    document: JsonObject,
    options: CallOptions & { source?: string; ifMatch?: string } = {},
  ) {
    const { source, ifMatch, headers, ...rest } = options;
    const body: Body<"PUT /playbooks/{name}/draft"> = { document };
    if (source !== undefined) body.source = source;
    return this.client.request("PUT /playbooks/{name}/draft", {
      path: { name: String(document.name) },
      body,
      headers: ifMatch === undefined ? { ...headers } : { ...headers, "If-Match": `"${ifMatch}"` },
      ...rest,
    });
  }

  /** What is wrong with a document, and its picture; nothing is kept. */
  check(document: Payload, options?: CallOptions) {
    return this.client.request("POST /playbooks:check", { body: { document }, ...options });
  }

  /** The way that an input takes, with outputs instead of work. */
  async whatIf(body: Body<"POST /playbooks:what-if">, options?: CallOptions) {
    return (await this.client.request("POST /playbooks:what-if", { body, ...options })).items;
  }

  /** Import, validate and activate. */
  apply(document: JsonObject, options: CallOptions & { source?: string } = {}) {
    const { source, ...rest } = options;
    const body = source === undefined ? { document } : { document, source };
    return this.client.request("POST /playbooks:apply", { body, ...rest });
  }

  activate(name: string, version: number, options?: CallOptions) {
    const route = "POST /playbooks/{name}/versions/{version}:activate";
    return this.client.request(route, { path: { name, version }, ...options });
  }

  deprecate(name: string, version: number, options?: CallOptions) {
    const route = "POST /playbooks/{name}/versions/{version}:deprecate";
    return this.client.request(route, { path: { name, version }, ...options });
  }

  archive(name: string, version: number, options?: CallOptions) {
    const route = "POST /playbooks/{name}/versions/{version}:archive";
    return this.client.request(route, { path: { name, version }, ...options });
  }

  delete(name: string, version: number, options?: CallOptions) {
    const route = "DELETE /playbooks/{name}/versions/{version}";
    return this.client.request(route, { path: { name, version }, ...options });
  }

  /** Run one that needs no runner, in the request itself; returns its output. */
  async run(name: string, input: Payload = {}, options?: CallOptions): Promise<Payload> {
    const route = "POST /playbooks/{name}:run";
    return (await this.client.request(route, { path: { name }, body: { input }, ...options }))
      .output;
  }
}

class Executions {
  constructor(private readonly client: PbdbClient, private readonly caller: Caller) {}

  /** Start a playbook; returns the execution's id. Sent again when nobody answers, but starts one. */
  async start(name: string, input: Payload = {}, options: StartOptions = {}): Promise<string> {
    const { idempotencyKey, executionName, metadata, ...rest } = options;
    const body: Body<"POST /playbooks/{name}/executions"> = { input };
    if (executionName !== undefined) body.executionName = executionName;
    if (metadata !== undefined) body.metadata = metadata;
    const route = "POST /playbooks/{name}/executions";
    const started = await this.client.request(route, {
      path: { name },
      body,
      ...keyed(rest, idempotencyKey),
    });
    return started.executionId;
  }

  get(id: string, options?: CallOptions) {
    return this.client.request("GET /executions/{id}", { path: { id }, ...options });
  }

  list(query: Query<"GET /executions"> = {}, options?: CallOptions) {
    return this.client.request("GET /executions", { query, ...options });
  }

  /** Every execution that fits, page after page. */
  all(query: Query<"GET /executions"> = {}, options?: CallOptions) {
    return everyPage((after) =>
      this.list(after === undefined ? query : { ...query, after }, options)
    );
  }

  progress(id: string, options?: CallOptions) {
    return this.client.request("GET /executions/{id}/progress", { path: { id }, ...options });
  }

  /** A row a step, with counts by status. */
  async steps(id: string, options?: CallOptions) {
    return (await this.client.request("GET /executions/{id}/steps", { path: { id }, ...options }))
      .items;
  }

  /** Attempts in order, a page at a time. */
  timeline(id: string, query: Query<"GET /executions/{id}/timeline"> = {}, options?: CallOptions) {
    return this.client.request("GET /executions/{id}/timeline", {
      path: { id },
      query,
      ...options,
    });
  }

  /** Why it does not move, and what moves it. */
  async diagnosis(id: string, options?: CallOptions) {
    const route = "GET /executions/{id}/diagnosis";
    return (await this.client.request(route, { path: { id }, ...options })).items;
  }

  /** An attempt with its input, request, output and error. */
  stepResult(stepResultId: string, options?: CallOptions) {
    const path = { id: stepResultId };
    return this.client.request("GET /step-results/{id}", { path, ...options });
  }

  pause(id: string, options?: CallOptions) {
    return this.client.request("POST /executions/{id}:pause", { path: { id }, ...options });
  }

  resume(id: string, options?: CallOptions) {
    return this.client.request("POST /executions/{id}:resume", { path: { id }, ...options });
  }

  cancel(id: string, body: Body<"POST /executions/{id}:cancel"> = {}, options?: CallOptions) {
    return this.client.request("POST /executions/{id}:cancel", { path: { id }, body, ...options });
  }

  retry(id: string, body: Body<"POST /executions/{id}:retry"> = {}, options?: CallOptions) {
    return this.client.request("POST /executions/{id}:retry", { path: { id }, body, ...options });
  }

  /** Move it on now, when something was left for the next claim or sweep. */
  advance(id: string, options?: CallOptions) {
    return this.client.request("POST /executions/{id}:advance", { path: { id }, ...options });
  }

  /** Cancel many; an outcome for each. */
  async cancelAll(executionIds: string[], reason?: string, options?: CallOptions) {
    const body = reason === undefined ? { executionIds } : { executionIds, reason };
    return (await this.client.request("POST /executions:cancel", { body, ...options })).items;
  }

  /** Retry many; an outcome for each. */
  async retryAll(executionIds: string[], fromStep?: string, options?: CallOptions) {
    const body = fromStep === undefined ? { executionIds } : { executionIds, fromStep };
    return (await this.client.request("POST /executions:retry", { body, ...options })).items;
  }

  /** Give a waiting step its answer. `step` is the inbox's `stepAddress`. */
  answer(
    id: string,
    step: string,
    answer: Payload,
    options: CallOptions & { answeredBy?: string } = {},
  ) {
    const { answeredBy, ...rest } = options;
    const body = answeredBy === undefined ? { answer } : { answer, answeredBy };
    const route = "POST /executions/{id}/steps/{step}:answer";
    return this.client.request(route, { path: { id, step }, body, ...rest });
  }

  /** What it looks like, again whenever something changed, until its end. */
  follow(id: string, options: FollowOptions = {}): AsyncGenerator<Picture> {
    return follow(this.caller, id, options);
  }

  /** Wait for its end and return it; a PbdbError with code TIMEOUT after `timeout` milliseconds. */
  async wait(
    id: string,
    options: { timeout?: number; signal?: AbortSignal } = {},
  ): Promise<GetExecutionRow> {
    const { timeout, signal } = options;
    const clock = timeout === undefined ? null : AbortSignal.timeout(timeout);
    const signals = [signal, clock].filter((each) => each != null);
    try {
      const either = signals.length ? AbortSignal.any(signals) : undefined;
      for await (const _ of this.follow(id, { signal: either })) {
        // The last picture comes with the end.
      }
    } catch (error) {
      if (!clock?.aborted || signal?.aborted) throw error;
      throw new PbdbError(
        0,
        "TIMEOUT",
        `execution ${id} has not ended within ${timeout} ms`,
        "it goes on: wait again, or cancel it",
      );
    }
    return await this.get(id, signal ? { signal } : {});
  }
}

class Inbox {
  constructor(private readonly client: PbdbClient) {}

  /** What waits for somebody. */
  list(query: Query<"GET /inbox"> = {}, options?: CallOptions) {
    return this.client.request("GET /inbox", { query, ...options });
  }
}

class DeadLetters {
  constructor(private readonly client: PbdbClient) {}

  list(query: Query<"GET /dead-letters"> = {}, options?: CallOptions) {
    return this.client.request("GET /dead-letters", { query, ...options });
  }

  async requeue(executionIds: string[], options?: CallOptions) {
    const body = { executionIds };
    return (await this.client.request("POST /dead-letters:requeue", { body, ...options })).items;
  }

  async discard(executionIds: string[], reason: string, options?: CallOptions) {
    const body = { executionIds, reason };
    return (await this.client.request("POST /dead-letters:discard", { body, ...options })).items;
  }
}

class Triggers {
  constructor(private readonly client: PbdbClient) {}

  list(query: Query<"GET /triggers"> = {}, options?: CallOptions) {
    return this.client.request("GET /triggers", { query, ...options });
  }

  /** Make it, or make it so; returns its id. */
  async define(name: string, body: Body<"PUT /triggers/{name}">, options?: CallOptions) {
    const route = "PUT /triggers/{name}";
    return (await this.client.request(route, { path: { name }, body, ...options })).triggerId;
  }

  /** Let it fire, or not for a while. */
  switch(name: string, isEnabled: boolean, options?: CallOptions) {
    const route = isEnabled ? "POST /triggers/{name}:enable" : "POST /triggers/{name}:disable";
    return this.client.request(route, { path: { name }, ...options });
  }

  delete(name: string, options?: CallOptions) {
    return this.client.request("DELETE /triggers/{name}", { path: { name }, ...options });
  }
}

/** A path with its names in it, encoded: `a/b` is one part. */
function filled(path: string, values: JsonObject): string {
  return path.replace(/{(\w+)}/g, (_, key: string) => {
    const value = String(values[key] ?? "");
    if (value === "" || value === "." || value === "..") {
      throw new PbdbError(0, "PB017", `${key} is "${value}", which no path can have`);
    }
    return encodeURIComponent(value);
  });
}

/** The headers of a call that may be sent twice but counts once. */
function keyed(options: CallOptions, key: string | undefined): CallOptions {
  return { ...options, headers: { ...options.headers, "Idempotency-Key": key ?? newKey() } };
}

function newKey(): string {
  // Pages over plain http have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
}

async function read(answer: Response, answers: string): Promise<unknown> {
  if (answers === "nothing") return undefined;
  const said = await answer.json();
  if (answers === "items") {
    return {
      ...said,
      items: said.items.map((each: Payload) => camelRow(each)),
    };
  }
  if (answers === "row") return camelRow(said);
  // One value under its name: the name is the database's, the value need not be.
  return Object.fromEntries(Object.entries(said).map(([key, value]) => [camel(key), value]));
}

/** Whether a function only reads, by its name: those may be asked again. */
function isRead(name: string): boolean {
  return /^(get|list|diagnose|check)_/.test(name);
}
