// Written by `pbdb types --lang ts` from the catalog of a database and the server's routes.
// Change those, not this. A column that may be null is optional here: null is left out.

/** What a playbook, its caller or its steps make: any JSON. Its keys stay as they are. */
// deno-lint-ignore no-explicit-any
export type Payload = any;

/** A JSON object whose members are the writer's. */
export type JsonObject = Record<string, Payload>;

/** A page of a list: `next` is the `after` of the page that follows, null on the last one. */
export interface Page<T> {
  items: T[];
  next: string | null;
  applied: JsonObject;
}

export const PlaybookExecutionStatus = {
  PENDING: "PENDING",
  RUNNING: "RUNNING",
  PAUSED: "PAUSED",
  COMPLETED: "COMPLETED",
  FAILED: "FAILED",
  CANCELLED: "CANCELLED",
  TIMEOUT: "TIMEOUT",
} as const;
export type PlaybookExecutionStatus = (typeof PlaybookExecutionStatus)[keyof typeof PlaybookExecutionStatus];

export const PlaybookStatus = {
  DRAFT: "DRAFT",
  ACTIVE: "ACTIVE",
  ARCHIVED: "ARCHIVED",
  DEPRECATED: "DEPRECATED",
} as const;
export type PlaybookStatus = (typeof PlaybookStatus)[keyof typeof PlaybookStatus];

export const PlaybookStepType = {
  AGENT_EXECUTION: "AGENT_EXECUTION",
  DATA_TRANSFORM: "DATA_TRANSFORM",
  CONDITIONAL_BRANCH: "CONDITIONAL_BRANCH",
  PARALLEL_EXECUTION: "PARALLEL_EXECUTION",
  WAIT_FOR_INPUT: "WAIT_FOR_INPUT",
  API_CALL: "API_CALL",
  DATABASE_QUERY: "DATABASE_QUERY",
  MEMORY_SEARCH: "MEMORY_SEARCH",
  PROMPT_TEMPLATE: "PROMPT_TEMPLATE",
  CUSTOM_FUNCTION: "CUSTOM_FUNCTION",
} as const;
export type PlaybookStepType = (typeof PlaybookStepType)[keyof typeof PlaybookStepType];

export const ReadyState = {
  READY: "READY",
  LEASED: "LEASED",
  WAITING: "WAITING",
  HELD: "HELD",
} as const;
export type ReadyState = (typeof ReadyState)[keyof typeof ReadyState];

export const StepResultStatus = {
  PENDING: "PENDING",
  RUNNING: "RUNNING",
  COMPLETED: "COMPLETED",
  FAILED: "FAILED",
  SKIPPED: "SKIPPED",
  TIMEOUT: "TIMEOUT",
} as const;
export type StepResultStatus = (typeof StepResultStatus)[keyof typeof StepResultStatus];

export const WaitReason = {
  ENGINE: "ENGINE",
  INPUT: "INPUT",
  EVENT: "EVENT",
  TIMER: "TIMER",
  CHILD: "CHILD",
  LOST: "LOST",
} as const;
export type WaitReason = (typeof WaitReason)[keyof typeof WaitReason];

export interface Playbook {
  /** Id of this version. */
  id: string;
  /** Tenant; part of every key, so that no row can point across tenants. */
  organizationId: string;
  /** Name shared by all versions; unique with version within an organization. */
  name: string;
  /** For people; null when nobody wrote one. */
  description?: string;
  /** 1, 2, 3 … of this name; start_playbook(name) takes the highest ACTIVE one. */
  version: number;
  /** Version of the document format that the definition is written in. */
  schemaVersion: number;
  /**
   * DRAFT can be edited, ACTIVE can start, ARCHIVED and DEPRECATED do neither. Changed by
   * functions only.
   */
  status: PlaybookStatus;
  /** Free labels to filter by. */
  tags: string[];
  /** One free label to group by; null for none. */
  category?: string;
  /**
   * The agent it belongs to, for get_active_playbooks; null for none. Not a foreign key: agents
   * may live elsewhere.
   */
  agentId?: string;
  /** JSON Schema that the input must fit when an execution starts; {} accepts anything. */
  inputSchema: JsonObject;
  /** JSON Schema that the final output must fit; {} accepts anything. */
  outputSchema: JsonObject;
  /** Mapping that builds the output; null: the output of the last completed step. */
  outputMapping: Payload;
  /** Time an execution may take, PAUSED time not counted, before it ends as TIMEOUT. */
  timeoutSeconds: number;
  /** Retries after the first attempt, for steps that do not say their own. */
  maxRetries: number;
  /** First retry delay, doubled each time up to one hour, for steps that do not say their own. */
  retryDelaySeconds: number;
  /** Free data of the application; the engine does not read it. */
  metadata: JsonObject;
  /** User of the application who created it; null when unknown. */
  createdBy?: string;
  /** User of the application who changed it last; null when unknown. */
  updatedBy?: string;
  /** When the row was written (start of the writing transaction). */
  createdAt: string;
  /** When the row last changed. */
  updatedAt: string;
  /** When it became ACTIVE first; null while it never was. */
  activatedAt?: string;
  /** SHA-256 of the frozen definition: equal hashes, equal behaviour. Null while it is a DRAFT. */
  definitionHash?: string;
}

export interface PlaybookStep {
  /** Id of the step. */
  id: string;
  /** Tenant; part of every key, so that no row can point across tenants. */
  organizationId: string;
  /** The playbook version that it belongs to. */
  playbookId: string;
  /** The PARALLEL_EXECUTION step that it runs inside; null for a step of the playbook itself. */
  parentStepId?: string;
  /**
   * Name of the branch of the parent step, item for the body of a for_each; null without a
   * parent.
   */
  branch?: string;
  /** Name that expressions use ($steps.<step_name>); unique in the playbook. */
  stepName: string;
  /** What it does; decides which keys config has. */
  stepType: PlaybookStepType;
  /** Position: the next higher one in the same scope follows, unless a link says otherwise. */
  stepOrder: number;
  /** For people; null when nobody wrote one. */
  description?: string;
  /** Settings of the step type; its keys are in docs/step-types.md. */
  config: JsonObject;
  /** JSON Schema that the mapped input must fit; {} accepts anything. */
  inputSchema: JsonObject;
  /** JSON Schema that the output must fit; {} accepts anything. */
  outputSchema: JsonObject;
  /** Mapping that builds the input; {} gives the input of the execution. */
  inputMapping: JsonObject;
  /** Condition to run at all; when it does not hold the step is SKIPPED. Null: always. */
  condition: Payload;
  /** Step after success or skipping, in the same playbook; null: the next in order. */
  onSuccessStepId?: string;
  /** Step after the last failed attempt, in the same playbook; null: optional or the end. */
  onFailureStepId?: string;
  /** The scope ends after this step, whatever follows in order. */
  isFinal: boolean;
  /** Time one attempt may take; null: the default of the step type. */
  timeoutSeconds?: number;
  /** Retries after the first attempt; null: those of the playbook. */
  maxRetries?: number;
  /** First retry delay; null: that of the playbook. */
  retryDelaySeconds?: number;
  /** How often loops may come back here before the execution fails with MAX_VISITS. */
  maxVisits: number;
  /** When its last attempt fails it is SKIPPED and the execution goes on as after success. */
  isOptional: boolean;
  /** Free data of the application; the engine does not read it. */
  metadata: JsonObject;
  /** When the row was written (start of the writing transaction). */
  createdAt: string;
  /** When the row last changed. */
  updatedAt: string;
}

export interface PlaybookExecution {
  /** Id of the execution, as start_playbook_execution returned it. */
  id: string;
  /** The playbook version that it runs, to the end. */
  playbookId: string;
  /** Tenant; part of every key, so that no row can point across tenants. */
  organizationId: string;
  /** Name for people; null for none. */
  executionName?: string;
  /**
   * Where it stands. COMPLETED, FAILED, CANCELLED and TIMEOUT are final until somebody retries
   * it.
   */
  status: PlaybookExecutionStatus;
  /** User of the application who started it; null when unknown. */
  triggeredBy?: string;
  /** manual, api, scheduled, event, webhook, or playbook when a parent execution started it. */
  triggerSource: string;
  /** Input, as checked against input_schema at the start. */
  inputData: Payload;
  /** Output; null until COMPLETED. */
  outputData: Payload;
  /** Why it ended without success; null otherwise. */
  errorMessage?: string;
  /** Technical detail of the error; null when there is none. */
  errorStack?: string;
  /** Code of the error, listed in docs/errors.md; null without an error. */
  errorCode?: string;
  /** When its first step began; null while PENDING. */
  startedAt?: string;
  /** When it reached a final status; null while open. */
  completedAt?: string;
  /** completed_at - started_at in milliseconds, waiting included; null while open. */
  durationMs?: number;
  /** The step that was entered or ended last; null before the first. */
  currentStepId?: string;
  /** Steps finished so far, skipped ones included. */
  completedSteps: number;
  /** Steps of the playbook version when it started; null when not known. */
  totalSteps?: number;
  /**
   * It was retried: any step may have been visited before, so visits are counted from what is
   * stored.
   */
  isRevisiting: boolean;
  /** $error: what the latest on_failure path is handling; null for none. */
  handledError: Payload;
  /**
   * operator: somebody paused it; waiting: nothing can run until an answer, event or time. Null
   * unless PAUSED.
   */
  pauseReason?: string;
  /** Since when it is PAUSED; null unless PAUSED. */
  pausedAt?: string;
  /** When it ends as TIMEOUT; pushed back by the time spent PAUSED. Null: no deadline. */
  deadlineAt?: string;
  /**
   * Key of the caller, kept in playbook_idempotency_keys: the same request gives this execution
   * again. Null for none.
   */
  idempotencyKey?: string;
  /** The execution at the top of the tree of child executions; null for a root. */
  rootExecutionId?: string;
  /** The step attempt that started it and waits for it; null for a root. */
  parentResultId?: string;
  /** Distance to the root execution; 0 for a root. */
  depth: number;
  /** Transaction that finished it, so that a roll-up knows what it has seen; null while open. */
  finishedXid?: string;
  /**
   * Free data of the application. What a trigger started has its trigger_id there, a dead letter
   * that was put aside the reason.
   */
  metadata: JsonObject;
  /** When it was started: clock time, not the start of the writing transaction. */
  createdAt: string;
  /** When the row last changed. */
  updatedAt: string;
}

export interface PlaybookStepResult {
  /** Id of the attempt; runners know it as step_result_id. */
  id: string;
  /** The execution that it belongs to. */
  executionId: string;
  /** The step that was attempted. */
  stepId: string;
  /** Tenant; part of every key, so that no row can point across tenants. */
  organizationId: string;
  /** The parallel branch or item that it ran in; null outside. */
  scopeId?: string;
  /** PENDING or RUNNING while open; COMPLETED, FAILED, SKIPPED or TIMEOUT for good. */
  status: StepResultStatus;
  /** 1 for the first attempt of a visit; counted when it is claimed. */
  attemptNumber: number;
  /** 1 for the first time the execution came to this step, more in loops. */
  visit: number;
  /**
   * Input, mapped and checked. Null when it was not built: not entered yet, or skipped by its
   * condition; and where it would repeat the execution's: without a mapping in items of a
   * for_each, in later visits, and when that input is longer than 2,000 bytes as it is stored.
   * get_step_result gives it in any case.
   */
  inputData: Payload;
  /** Settings with expressions resolved, as the handler received them; null for steps without. */
  request: Payload;
  /** Output, checked against output_schema; null unless COMPLETED. */
  outputData: Payload;
  /** What went wrong, or why it was skipped; null otherwise. */
  errorMessage?: string;
  /** Technical detail of the error; null when there is none. */
  errorStack?: string;
  /**
   * What the failure carried beside its message, at most 16 KiB as text: the body of a refused
   * request, what a function raised with, the failures of a parallel step; null for none.
   */
  errorDetails: Payload;
  /** Code of the error, listed in docs/errors.md; null without an error. */
  errorCode?: string;
  /** The runner vanished: its lease expired before it reported. */
  isLost: boolean;
  /** When the attempt began; null while PENDING. */
  startedAt?: string;
  /** When it ended; null while open. */
  completedAt?: string;
  /** completed_at - started_at in milliseconds; null while open. */
  durationMs?: number;
  /** Name of the runner that claimed it; null when the database ran it itself. */
  worker?: string;
  /**
   * Token of the latest claim: reports that carry another one are stale. Null before the first
   * claim.
   */
  token?: string;
  /** Hash of the accepted report, to tell a repeated report from a conflicting one. */
  verdictHash?: number;
  /**
   * Who answered a wait (answered_by), or the answers so far of one that asks for several
   * (answers); null otherwise.
   */
  metadata?: JsonObject;
  /** When the attempt was queued or begun: clock time, not the start of the writing transaction. */
  createdAt: string;
  /** When the row last changed. */
  updatedAt: string;
}

/** Seconds. A step of a type that is not here has STEP, or no limit where it waits. */
export const DEFAULT_TIMEOUTS = {
  PLAYBOOK: 3600,
  STEP: 300,
  AGENT_EXECUTION: 600,
  API_CALL: 30,
  DATABASE_QUERY: 60,
} as const;

export const DEFAULT_RETRY_CONFIG = {
  MAX_RETRIES: 3,
  RETRY_DELAY_SECONDS: 30,
  BACKOFF_MULTIPLIER: 2,
} as const;

/** What pbdb refuses, by its code. */
export const ERRORS = {
  PB001: "OrganizationNotSet",
  PB002: "StaleToken",
  PB003: "VerdictConflict",
  PB004: "NotFound",
  PB005: "PlaybookNotActive",
  PB006: "InputInvalid",
  PB007: "IdempotencyConflict",
  PB008: "InvalidState",
  PB009: "DocumentInvalid",
  PB010: "ValidationFailed",
  PB011: "DefinitionFrozen",
  PB012: "AnswerInvalid",
  PB013: "NotAssignee",
  PB014: "PayloadTooLarge",
  PB015: "ExpressionError",
  PB016: "TemplateError",
  PB017: "ArgumentInvalid",
  PB018: "NeedsRunner",
  PB019: "OrganizationInvalid",
  PB020: "EmbeddingMismatch",
  PB021: "SchemaUnsupported",
  PB022: "QueryRejected",
  PB023: "NothingWaiting",
  PB024: "StepConfigInvalid",
  PB025: "PlaybookFailed",
  PB026: "EditConflict",
} as const;
export type ErrorCode = keyof typeof ERRORS;

export interface GraphNode {
  stepId: string;
  stepName: string;
  stepType: PlaybookStepType;
  stepOrder: number;
  description?: string;
  parentStepName?: string;
  branch?: string;
  isFinal: boolean;
  isOptional: boolean;
  hasCondition: boolean;
  isForEach: boolean;
}

export interface GraphEdge {
  fromStepName: string;
  toStepName: string;
  kind: string;
  branch?: string;
  place?: string;
}

export interface Issue {
  severity: string;
  code: string;
  message: string;
  hint?: string;
  stepName?: string;
  place?: string;
}

/**
 * Imports, validates and activates a document; when the newest ACTIVE version has the same
 * content, nothing changes and that version is returned with changed = false. Two sessions
 * that apply the same document make one version. p_source, the text that the document was
 * written in (at most 1 MiB), is kept with a new version. Raises PB001, PB009, PB010, PB014.
 */
export interface ApplyPlaybookRow {
  playbookId: string;
  version: number;
  changed: boolean;
}

/**
 * cancel_playbook_execution for many, a row each. Outcome done, or refused with code, message
 * and hint of what it raises: what is refused changes nothing and does not stop the others. In
 * the order of ids, each once. Raises PB001, and PB017 for more than 500 ids.
 */
export interface CancelPlaybookExecutionsRow {
  executionId: string;
  outcome: string;
  code?: string;
  message?: string;
  hint?: string;
}

/**
 * What is wrong with a document, and its picture, without keeping anything: issues as
 * validate_playbook gives them, each with its place in the document (steps[2].config.url; null
 * when it has none), and nodes and edges as get_playbook_graph. A document that is malformed
 * has issues with the code PB009 and no picture. is_valid: it could be activated. Always one
 * row. Raises PB001.
 */
export interface CheckPlaybookRow {
  isValid: boolean;
  issues: Issue[];
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/**
 * Why an execution does not move, in words, and the call that moves it; a row for its state,
 * for each session that holds its rows, for each turn that failed, for each step that is
 * queued, leased or waiting (at most 50), and for each broken invariant. Raises PB004.
 */
export interface DiagnoseExecutionRow {
  finding: string;
  remedy?: string;
}

/**
 * discard_dead_letter for many, a row each. Outcome done, or refused with code, message and
 * hint of what it raises: what is refused changes nothing and does not stop the others. In the
 * order of ids, each once. Raises PB001, and PB017 for more than 500 ids.
 */
export interface DiscardDeadLettersRow {
  executionId: string;
  outcome: string;
  code?: string;
  message?: string;
  hint?: string;
}

/**
 * The ACTIVE playbook versions of one agent, newest first, with their number of steps and
 * executions and when an execution was started last (null: never). No row when the agent is
 * unknown.
 */
export interface GetActivePlaybooksRow {
  id: string;
  name: string;
  description?: string;
  category?: string;
  version: number;
  totalSteps: number;
  lastExecutedAt?: string;
  executionCount: number;
}

/**
 * The draft of a name: its hash for save_draft, its document, the text that it was written in
 * (null when none was kept), who saved it when, and the version that is ACTIVE now (null for
 * none). No row when there is no draft. Raises PB001.
 */
export interface GetDraftRow {
  playbookId: string;
  version: number;
  hash?: string;
  document: Payload;
  source?: string;
  savedBy?: string;
  savedAt?: string;
  activePlaybookId?: string;
  activeVersion?: number;
}

/**
 * Everything about one execution in one row: what it runs, where it stands (as
 * get_execution_progress), its input, its output or error, who called it (null for a root),
 * and the tokens and cost of its own steps (cost null when no price is known; what the
 * playbooks that it called used is theirs). No row when the execution is unknown.
 */
export interface GetExecutionRow {
  executionId: string;
  playbookId: string;
  playbookName: string;
  version: number;
  executionName?: string;
  status: PlaybookExecutionStatus;
  progressPercentage: number;
  currentStepName?: string;
  completedSteps: number;
  totalSteps: number;
  elapsedTimeMs?: number;
  pauseReason?: string;
  pausedAt?: string;
  deadlineAt?: string;
  triggerSource: string;
  triggeredBy?: string;
  idempotencyKey?: string;
  inputData: Payload;
  outputData: Payload;
  errorCode?: string;
  errorMessage?: string;
  errorStack?: string;
  parentExecutionId?: string;
  parentStepName?: string;
  rootExecutionId: string;
  metadata?: JsonObject;
  inputTokens?: number;
  outputTokens?: number;
  costUsd?: number;
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  durationMs?: number;
  updatedAt: string;
}

/**
 * How many executions ended in each hour or day (of UTC) and how: a row for each status that
 * occurred, with the mean duration and two percentiles in milliseconds, which are off by at
 * most a tenth (all null when none had begun). Of the tenant, or of all versions of one
 * playbook. From the beginning of the hour or day of p_from (24 hours before p_to) to the end
 * of the hour of p_to (now). Exact, and fast at any number. Raises PB017 for another bucket
 * than hour (at most 42 days) and day (at most 1000).
 */
export interface GetExecutionCountsRow {
  bucketStart: string;
  status: PlaybookExecutionStatus;
  executionCount: number;
  avgDurationMs?: number;
  p50DurationMs?: number;
  p95DurationMs?: number;
}

/**
 * How far an execution is: percent of its steps that are done (100 exactly when COMPLETED or
 * all steps are done, never more), the step begun last (null: none yet), and milliseconds from
 * its start to its end or now (0 before the start). No row when the execution is unknown.
 */
export interface GetExecutionProgressRow {
  executionId: string;
  status: PlaybookExecutionStatus;
  progressPercentage: number;
  currentStepName?: string;
  completedSteps: number;
  totalSteps: number;
  elapsedTimeMs?: number;
}

/**
 * How each step of an execution stands, in one row, those not reached yet included (status
 * null). The counts are of the latest attempts, one for each branch or item that still counts;
 * waiting ones are among those that are pending or running. branch_… count the branches or
 * items of a PARALLEL_EXECUTION step (null for others). attempts and the times are of every
 * attempt. status is the most urgent one: RUNNING, PENDING, FAILED, TIMEOUT, COMPLETED,
 * SKIPPED. No row when the execution is unknown.
 */
export interface GetExecutionStepsRow {
  stepId: string;
  stepName: string;
  stepType: PlaybookStepType;
  stepOrder: number;
  parentStepId?: string;
  branch?: string;
  status?: StepResultStatus;
  pendingCount: number;
  runningCount: number;
  waitingCount: number;
  completedCount: number;
  failedCount: number;
  skippedCount: number;
  timeoutCount: number;
  branchTotal?: number;
  branchCompletedCount?: number;
  branchFailedCount?: number;
  attempts: number;
  visits: number;
  firstStartedAt?: string;
  lastCompletedAt?: string;
  lastStepResultId?: string;
}

/**
 * Every attempt of every step of an execution, in the order that they began: one row each,
 * with the branch or item that it ran in (null outside), the runner (null: the database
 * itself) and the error. Of one step when p_step_name says so, of one item of a for_each when
 * p_item_index does (from 0), of some statuses when p_statuses does, and only what is open or
 * went wrong when p_only_open_or_failed does. At most p_limit (null: all); the next page is
 * the call with p_after_id = the last step_result_id. No row when the execution is unknown.
 */
export interface GetExecutionTimelineRow {
  stepResultId: string;
  stepId: string;
  stepName: string;
  stepType: PlaybookStepType;
  stepOrder: number;
  branch?: string;
  itemIndex?: number;
  visit: number;
  attemptNumber: number;
  status: StepResultStatus;
  startedAt?: string;
  completedAt?: string;
  durationMs?: number;
  worker?: string;
  isLost: boolean;
  errorCode?: string;
  errorMessage?: string;
  errorStack?: string;
  errorDetails: Payload;
}

/**
 * How the tenant stands, in one row. Executions that are open, waits for a person and dead
 * letters are counted to 1000, which then means 1000 or more. next_timeout_at: when the first
 * of these waits times out (null: none does). completed_24h and failed_24h (FAILED or TIMEOUT)
 * ended since the beginning of the hour 24 hours ago. due_steps may be claimed now;
 * oldest_due_at: since when the first of them could be (null: none is due). unserved_handlers:
 * handlers of due steps that no runner known has, in order.
 */
export interface GetOverviewRow {
  pendingExecutions: number;
  runningExecutions: number;
  pausedExecutions: number;
  waitingAnswers: number;
  nextTimeoutAt?: string;
  deadLetters: number;
  completed24h: number;
  failed24h: number;
  dueSteps: number;
  oldestDueAt?: string;
  unservedHandlers: string[];
}

/**
 * One version of a playbook with its document and the text that it was written in (null when
 * none was kept): the given one, else the newest ACTIVE one, else the newest. hash changes
 * whenever the version does: for a DRAFT it is what save_draft expects, for others the
 * definition's. No row when there is none. Raises PB001.
 */
export interface GetPlaybookRow {
  playbookId: string;
  name: string;
  version: number;
  status: PlaybookStatus;
  hash?: string;
  document: Payload;
  source?: string;
  createdBy?: string;
  updatedBy?: string;
  createdAt: string;
  updatedAt: string;
  activatedAt?: string;
}

/**
 * How the executions of one playbook version went: counts (failed: status FAILED only), mean
 * duration in milliseconds (null when none finished), when one finished last, and the share of
 * COMPLETED ones in percent of all with two decimals. Always one row; all zero when the
 * playbook is unknown. Exact, and fast at any number.
 */
export interface GetPlaybookExecutionSummaryRow {
  totalExecutions: number;
  successfulExecutions: number;
  failedExecutions: number;
  runningExecutions: number;
  avgDurationMs?: number;
  lastExecutionAt?: string;
  successRate?: number;
}

/**
 * A playbook version as a picture: its steps (step_id, step_name, step_type, step_order,
 * description, parent_step_name, branch, is_final, is_optional, has_condition, is_for_each)
 * and how control moves between them (from_step_name, to_step_name, kind). Kinds: next;
 * failure; target of a CONDITIONAL_BRANCH (place says where its config names it); branch, from
 * a PARALLEL_EXECUTION step to the first step of each branch. Always one row. Raises PB001,
 * PB004.
 */
export interface GetPlaybookGraphRow {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/**
 * How playbooks went lately, all versions of a name together, a row for each name: how many
 * ended COMPLETED, and how many FAILED or TIMEOUT, on each of the last p_days days of UTC (1
 * to 90), the oldest first and today last; in how many milliseconds half and 95 of 100 were
 * completed in that time, off by at most a tenth (null: none was); and the newest failure, if
 * there was one in that time. At most 200 names; one that is unknown counts zero. Raises
 * PB001, PB017.
 */
export interface GetPlaybookTrendsRow {
  playbookName: string;
  completedCounts?: number[];
  failedCounts?: number[];
  p50DurationMs?: number;
  p95DurationMs?: number;
  lastFailedExecutionId?: string;
  lastFailedAt?: string;
  lastErrorCode?: string;
  lastErrorMessage?: string;
}

/**
 * One attempt of one step with all that went in and came out: the input as the step read it
 * (null when it was skipped before one was built), the settings with expressions resolved
 * (request), output or error with stack and details, the branch or item, who answered (a list
 * of {answer, answered_by, answered_at}; null when nobody did), the executions that it
 * started, and what it used. No row when the attempt is unknown.
 */
export interface GetStepResultRow {
  stepResultId: string;
  executionId: string;
  stepId: string;
  stepName: string;
  stepType: PlaybookStepType;
  branch?: string;
  itemIndex?: number;
  item: Payload;
  visit: number;
  attemptNumber: number;
  status: StepResultStatus;
  inputData: Payload;
  request: Payload;
  outputData: Payload;
  errorCode?: string;
  errorMessage?: string;
  errorStack?: string;
  errorDetails: Payload;
  isLost: boolean;
  worker?: string;
  answers: Payload;
  childExecutionIds?: string[];
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  costUsd?: number;
  latencyMs?: number;
  usageDetails: Payload;
  metadata?: JsonObject;
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  durationMs?: number;
}

/**
 * What models used from p_from (30 days before p_to) to before p_to (now): a row for each
 * playbook (all its versions), step, model (null: none was called) or day of UTC, as p_by
 * says; the other names are null. Of one execution, or of all. attempts reported usage,
 * retries among them; cost_usd adds the known prices (null: none is), unpriced_attempts had
 * none; latency_ms is time spent waiting for providers (null: not measured). Reads the usage
 * of that time: it is a sum over rows and not kept. Raises PB017 for another p_by, or for more
 * than 366 days.
 */
export interface GetUsageRow {
  playbookName?: string;
  stepName?: string;
  model?: string;
  day?: string;
  attempts: number;
  inputTokens?: number;
  outputTokens?: number;
  costUsd?: number;
  unpricedAttempts: number;
  latencyMs?: number;
}

/**
 * Who did what, newest first: of one object, actor, action (playbook.activate, or all of
 * playbook) or time. actor is null where set_actor was not called; login is the database's.
 * p_before_id is the last audit_id of the page before; p_limit 1 to 1000. Raises PB001, PB017.
 */
export interface ListAuditRow {
  auditId?: string;
  at?: string;
  actor?: string;
  login?: string;
  action?: string;
  objectId?: string;
  objectName?: string;
  reason?: string;
  requestId?: string;
  details: Payload;
}

/**
 * The dead letters of the tenant, the execution that was started last first: all, those of one
 * playbook, or those with one error code. At most p_limit (1 to 1000); the next page is the
 * same call with p_before_id = the last execution_id. Raises PB017 on another limit.
 */
export interface ListDeadLettersRow {
  executionId: string;
  playbookId: string;
  playbookName: string;
  playbookVersion: number;
  executionName?: string;
  stepName?: string;
  reason?: string;
  errorCode?: string;
  errorMessage?: string;
  attempts: number;
  worker?: string;
  since: string;
}

/**
 * Executions of the tenant, newest first, that pass every filter which is not null: a playbook
 * by id (one version) or by name (all), statuses, trigger sources, started from p_from to
 * before p_to, metadata that contains p_metadata, an id, name or idempotency key that begins
 * with p_search, an error code. Those that other executions started are left out unless
 * p_with_children. No payloads: get_execution has them. At most p_limit (1 to 1000); the next
 * page is the same call with p_before_id = the last execution_id. Raises PB017 on another
 * limit, and when p_metadata is no object.
 */
export interface ListExecutionsRow {
  executionId: string;
  playbookId: string;
  playbookName: string;
  version: number;
  executionName?: string;
  status: PlaybookExecutionStatus;
  triggerSource: string;
  triggeredBy?: string;
  errorCode?: string;
  errorMessage?: string;
  completedSteps: number;
  totalSteps: number;
  createdAt: string;
  startedAt?: string;
  completedAt?: string;
  durationMs?: number;
  pauseReason?: string;
  currentStepName?: string;
  deadlineAt?: string;
  parentExecutionId?: string;
}

/**
 * What waits for an answer or a decision of a person, the oldest first: everything, or what
 * p_assignee may answer (what names nobody included), of one playbook, of one execution.
 * p_waits_for: answer, decision, event; null for all three. At most p_limit (1 to 1000); the
 * next page is the same call with p_after_id = the last step_result_id. Answer with
 * submit_step_input(execution_id, step_address, answer). Raises PB017 on another limit.
 */
export interface ListInboxRow {
  stepResultId: string;
  executionId: string;
  playbookId: string;
  playbookName: string;
  playbookVersion: number;
  executionName?: string;
  stepName: string;
  stepAddress: string;
  branch?: string;
  itemIndex?: number;
  waitsFor: string;
  prompt?: string;
  answerSchema: Payload;
  data: Payload;
  assignees: Payload;
  eventName?: string;
  waitingSince: string;
  timesOutAt?: string;
}

/**
 * The playbooks of the tenant that are tools of agents, by name: those whose newest ACTIVE
 * version has metadata.mcp = true, with its schemas as written and metadata.mcp_annotations.
 * tool_name is the name as MCP allows it, 1 to 64 of A-Z, a-z, 0-9, _ and -, and of one
 * playbook only. Filters: an agent, one tool. At most p_limit (1 to 1000); the next page is
 * the same call with p_after = the last name. Raises PB017 on another limit.
 */
export interface ListPlaybookToolsRow {
  name: string;
  toolName?: string;
  playbookId: string;
  version: number;
  description?: string;
  inputSchema?: JsonObject;
  outputSchema?: JsonObject;
  annotations: Payload;
}

/**
 * The versions of a playbook, newest first, each with how its executions went and whether its
 * text was kept as written. activated_by is who activated it last, as the audit has it (null:
 * nobody said who). No row when there is no playbook of that name. At most p_limit (1 to
 * 1000); the next page is the same call with p_before_version = the last version. Raises PB017
 * on another limit.
 */
export interface ListPlaybookVersionsRow {
  playbookId: string;
  version: number;
  status: PlaybookStatus;
  description?: string;
  totalSteps: number;
  hasSource: boolean;
  definitionHash?: string;
  createdBy?: string;
  updatedBy?: string;
  createdAt: string;
  updatedAt: string;
  activatedAt?: string;
  activatedBy?: string;
  executionCount: number;
  completedCount: number;
  failedCount: number;
  runningCount: number;
  avgDurationMs?: number;
  lastExecutionAt?: string;
}

/**
 * The playbooks of the tenant by name, one row each: the newest ACTIVE version, the draft
 * (newest DRAFT) and the newest version of any status, and how the executions of all versions
 * went (success_rate in percent of all, as get_playbook_execution_summary). Description,
 * category, tags and agent are the ACTIVE version's, or the newest one's. Filters: a text in
 * name or description (case does not matter), a status that some version has, category, tag,
 * one name exactly. At most p_limit (1 to 1000); the next page is the same call with p_after =
 * the last name. Raises PB017 on another limit.
 */
export interface ListPlaybooksRow {
  name: string;
  description?: string;
  category?: string;
  tags: string[];
  agentId?: string;
  activePlaybookId?: string;
  activeVersion?: number;
  activatedAt?: string;
  draftPlaybookId?: string;
  draftVersion?: number;
  latestPlaybookId: string;
  latestVersion: number;
  latestStatus: PlaybookStatus;
  versionCount: number;
  executionCount: number;
  completedCount: number;
  failedCount: number;
  runningCount: number;
  successRate?: number;
  lastExecutionAt?: string;
  updatedAt: string;
}

/**
 * The triggers of the tenant by name: all, those of a kind (schedule, event), of a playbook,
 * or one by its name, with when each fires next, fired last, and why it could not (null: it
 * could). At most p_limit (1 to 1000); the next page is the same call with p_after = the last
 * name. Raises PB017 on another limit.
 */
export interface ListTriggersRow {
  name: string;
  triggerId: string;
  playbookName: string;
  kind: string;
  schedule?: string;
  timeZone?: string;
  eventName?: string;
  eventMatch: Payload;
  inputData: Payload;
  isEnabled: boolean;
  nextFireAt?: string;
  lastFiredAt?: string;
  lastError?: string;
  createdAt: string;
  updatedAt: string;
}

/**
 * requeue_dead_letter for many, a row each. Outcome done, or refused with code, message and
 * hint of what it raises: what is refused changes nothing and does not stop the others. In the
 * order of ids, each once. Raises PB001, and PB017 for more than 500 ids.
 */
export interface RequeueDeadLettersRow {
  executionId: string;
  outcome: string;
  code?: string;
  message?: string;
  hint?: string;
}

/**
 * retry_playbook_execution for many, a row each. Outcome done, or refused with code, message
 * and hint of what it raises: what is refused changes nothing and does not stop the others. In
 * the order of ids, each once. Raises PB001, and PB017 for more than 500 ids.
 */
export interface RetryPlaybookExecutionsRow {
  executionId: string;
  outcome: string;
  code?: string;
  message?: string;
  hint?: string;
}

/**
 * Keeps a document as the draft of its name, in place of the one before, with the text that it
 * was written in (p_source, at most 1 MiB; null for none). p_expected is the hash that
 * get_draft or the last save gave: when the draft is another by now, nothing is written and
 * PB026 says who saved it. Null: there must be no draft yet. *: whatever there is. Returns the
 * new hash, and is_new when there was no draft. The draft of a name is its highest DRAFT
 * version. Raises PB001, PB009, PB014, PB026.
 */
export interface SaveDraftRow {
  playbookId: string;
  version: number;
  hash?: string;
  isNew: boolean;
}

/**
 * The current organization's best memories, best first; expired ones never. Modes: vector
 * (similarity = 1 - cosine distance, at least the threshold, by default the model's, 0.7),
 * text (words; similarity is the text rank), hybrid (both by reciprocal rank; a threshold then
 * holds for the vector half). p_agent_id and p_filter (metadata contains it) narrow the
 * search. Raises PB001, PB017, PB020.
 */
export interface SearchMemoriesRow {
  id: string;
  content?: string;
  similarity?: number;
  metadata?: JsonObject;
  source?: string;
  createdAt: string;
}

/**
 * As what_if_playbook, for a document that is not stored: it is imported, activated, run and
 * undone. Raises PB001, PB009 (malformed), PB010 (it has errors; the detail lists them),
 * PB006.
 */
export interface WhatIfDocumentRow {
  stepName: string;
  branch?: string;
  itemIndex?: number;
  status: string;
  visit: number;
  attemptNumber: number;
  inputData: Payload;
  outputData: Payload;
  errorCode?: string;
  errorMessage?: string;
}

/** What /rpc calls: the functions that have a route. */
export interface Functions {
  activate_playbook: {
    arguments: {
      p_playbook_id: string;
    };
    returns: void;
  };
  advance_playbook_execution: {
    arguments: {
      p_execution_id: string;
    };
    returns: PlaybookExecutionStatus;
  };
  apply_playbook: {
    arguments: {
      p_document: Payload;
      p_source?: string | null;
    };
    returns: ApplyPlaybookRow[];
  };
  archive_playbook: {
    arguments: {
      p_playbook_id: string;
    };
    returns: void;
  };
  cancel_playbook_execution: {
    arguments: {
      p_execution_id: string;
      p_reason?: string | null;
    };
    returns: void;
  };
  cancel_playbook_executions: {
    arguments: {
      p_execution_ids: string[];
      p_reason?: string | null;
    };
    returns: CancelPlaybookExecutionsRow[];
  };
  check_playbook: {
    arguments: {
      p_document: Payload;
    };
    returns: CheckPlaybookRow[];
  };
  define_agent: {
    arguments: {
      p_name: string;
      p_model: string;
      p_instructions?: string | null;
      p_parameters?: Payload;
      p_tools?: string[] | null;
      p_description?: string | null;
      p_is_enabled?: boolean | null;
      p_metadata?: Payload;
    };
    returns: string;
  };
  define_trigger: {
    arguments: {
      p_name: string;
      p_playbook_name: string;
      p_schedule?: string | null;
      p_time_zone?: string | null;
      p_event_name?: string | null;
      p_event_match?: Payload;
      p_input?: Payload;
      p_is_enabled?: boolean | null;
    };
    returns: string;
  };
  delete_memory: {
    arguments: {
      p_memory_id: string;
    };
    returns: void;
  };
  delete_playbook: {
    arguments: {
      p_playbook_id: string;
    };
    returns: void;
  };
  delete_trigger: {
    arguments: {
      p_name: string;
    };
    returns: void;
  };
  deprecate_playbook: {
    arguments: {
      p_playbook_id: string;
    };
    returns: void;
  };
  diagnose_execution: {
    arguments: {
      p_execution_id: string;
    };
    returns: DiagnoseExecutionRow[];
  };
  disable_trigger: {
    arguments: {
      p_name: string;
    };
    returns: void;
  };
  discard_dead_letters: {
    arguments: {
      p_execution_ids: string[];
      p_reason: string;
    };
    returns: DiscardDeadLettersRow[];
  };
  emit_playbook_event: {
    arguments: {
      p_name: string;
      p_payload?: Payload;
      p_keep_seconds?: number | null;
      p_idempotency_key?: string | null;
    };
    returns: number;
  };
  enable_trigger: {
    arguments: {
      p_name: string;
    };
    returns: void;
  };
  get_active_playbooks: {
    arguments: {
      p_agent_id: string;
    };
    returns: GetActivePlaybooksRow[];
  };
  get_draft: {
    arguments: {
      p_name: string;
    };
    returns: GetDraftRow[];
  };
  get_execution: {
    arguments: {
      p_execution_id: string;
    };
    returns: GetExecutionRow[];
  };
  get_execution_counts: {
    arguments: {
      p_from?: string | null;
      p_to?: string | null;
      p_bucket?: string | null;
      p_playbook_name?: string | null;
    };
    returns: GetExecutionCountsRow[];
  };
  get_execution_progress: {
    arguments: {
      p_execution_id: string;
    };
    returns: GetExecutionProgressRow[];
  };
  get_execution_steps: {
    arguments: {
      p_execution_id: string;
    };
    returns: GetExecutionStepsRow[];
  };
  get_execution_timeline: {
    arguments: {
      p_execution_id: string;
      p_after_id?: string | null;
      p_limit?: number | null;
      p_step_name?: string | null;
      p_only_open_or_failed?: boolean | null;
      p_statuses?: StepResultStatus[] | null;
      p_item_index?: number | null;
    };
    returns: GetExecutionTimelineRow[];
  };
  get_overview: {
    arguments: Record<never, never>;
    returns: GetOverviewRow[];
  };
  get_playbook: {
    arguments: {
      p_name: string;
      p_version?: number | null;
    };
    returns: GetPlaybookRow[];
  };
  get_playbook_execution_summary: {
    arguments: {
      p_playbook_id: string;
    };
    returns: GetPlaybookExecutionSummaryRow[];
  };
  get_playbook_graph: {
    arguments: {
      p_playbook_id: string;
    };
    returns: GetPlaybookGraphRow[];
  };
  get_playbook_trends: {
    arguments: {
      p_names: string[];
      p_days?: number | null;
    };
    returns: GetPlaybookTrendsRow[];
  };
  get_step_result: {
    arguments: {
      p_step_result_id: string;
    };
    returns: GetStepResultRow[];
  };
  get_usage: {
    arguments: {
      p_from?: string | null;
      p_to?: string | null;
      p_by?: string | null;
      p_execution_id?: string | null;
    };
    returns: GetUsageRow[];
  };
  list_audit: {
    arguments: {
      p_object_id?: string | null;
      p_actor?: string | null;
      p_action?: string | null;
      p_from?: string | null;
      p_to?: string | null;
      p_before_id?: string | null;
      p_limit?: number | null;
    };
    returns: ListAuditRow[];
  };
  list_dead_letters: {
    arguments: {
      p_playbook_name?: string | null;
      p_error_code?: string | null;
      p_before_id?: string | null;
      p_limit?: number | null;
    };
    returns: ListDeadLettersRow[];
  };
  list_executions: {
    arguments: {
      p_playbook_id?: string | null;
      p_status?: PlaybookExecutionStatus | null;
      p_before_id?: string | null;
      p_limit?: number | null;
      p_playbook_name?: string | null;
      p_statuses?: PlaybookExecutionStatus[] | null;
      p_sources?: string[] | null;
      p_from?: string | null;
      p_to?: string | null;
      p_metadata?: Payload;
      p_search?: string | null;
      p_error_code?: string | null;
      p_with_children?: boolean | null;
    };
    returns: ListExecutionsRow[];
  };
  list_inbox: {
    arguments: {
      p_assignee?: string | null;
      p_playbook_name?: string | null;
      p_after_id?: string | null;
      p_limit?: number | null;
      p_waits_for?: string[] | null;
      p_execution_id?: string | null;
    };
    returns: ListInboxRow[];
  };
  list_playbook_tools: {
    arguments: {
      p_agent_id?: string | null;
      p_tool_name?: string | null;
      p_after?: string | null;
      p_limit?: number | null;
    };
    returns: ListPlaybookToolsRow[];
  };
  list_playbook_versions: {
    arguments: {
      p_name: string;
      p_before_version?: number | null;
      p_limit?: number | null;
    };
    returns: ListPlaybookVersionsRow[];
  };
  list_playbooks: {
    arguments: {
      p_search?: string | null;
      p_status?: PlaybookStatus | null;
      p_category?: string | null;
      p_tag?: string | null;
      p_after?: string | null;
      p_limit?: number | null;
      p_name?: string | null;
    };
    returns: ListPlaybooksRow[];
  };
  list_triggers: {
    arguments: {
      p_kind?: string | null;
      p_playbook_name?: string | null;
      p_after?: string | null;
      p_limit?: number | null;
      p_name?: string | null;
    };
    returns: ListTriggersRow[];
  };
  pause_playbook_execution: {
    arguments: {
      p_execution_id: string;
    };
    returns: void;
  };
  requeue_dead_letters: {
    arguments: {
      p_execution_ids: string[];
    };
    returns: RequeueDeadLettersRow[];
  };
  resume_playbook_execution: {
    arguments: {
      p_execution_id: string;
    };
    returns: void;
  };
  retry_playbook_execution: {
    arguments: {
      p_execution_id: string;
      p_from_step?: string | null;
      p_input?: Payload;
    };
    returns: void;
  };
  retry_playbook_executions: {
    arguments: {
      p_execution_ids: string[];
      p_from_step?: string | null;
    };
    returns: RetryPlaybookExecutionsRow[];
  };
  run_playbook: {
    arguments: {
      p_name: string;
      p_input?: Payload;
    };
    returns: Payload;
  };
  save_draft: {
    arguments: {
      p_document: Payload;
      p_source?: string | null;
      p_expected?: string | null;
    };
    returns: SaveDraftRow[];
  };
  search_memories: {
    arguments: {
      p_query?: string | null;
      p_embedding?: number[] | null;
      p_model?: string | null;
      p_agent_id?: string | null;
      p_limit?: number | null;
      p_threshold?: number | null;
      p_filter?: Payload;
      p_mode?: string | null;
    };
    returns: SearchMemoriesRow[];
  };
  start_playbook: {
    arguments: {
      p_name: string;
      p_input?: Payload;
      p_idempotency_key?: string | null;
      p_execution_name?: string | null;
      p_trigger_source?: string | null;
      p_triggered_by?: string | null;
      p_metadata?: Payload;
    };
    returns: string;
  };
  store_memory: {
    arguments: {
      p_content: string;
      p_embedding?: number[] | null;
      p_model?: string | null;
      p_agent_id?: string | null;
      p_metadata?: Payload;
      p_source?: string | null;
      p_importance?: number | null;
      p_expires_at?: string | null;
    };
    returns: string;
  };
  store_prompt_template: {
    arguments: {
      p_name: string;
      p_template: Payload;
      p_options?: Payload;
      p_description?: string | null;
    };
    returns: number;
  };
  submit_step_input: {
    arguments: {
      p_execution_id: string;
      p_step_name: string;
      p_answer: Payload;
      p_answered_by?: string | null;
    };
    returns: void;
  };
  what_if_document: {
    arguments: {
      p_document: Payload;
      p_input?: Payload;
      p_outputs?: Payload;
    };
    returns: WhatIfDocumentRow[];
  };
}

/** What each of them returns. */
export const RETURNS = {
  activate_playbook: "nothing",
  advance_playbook_execution: "value",
  apply_playbook: "rows",
  archive_playbook: "nothing",
  cancel_playbook_execution: "nothing",
  cancel_playbook_executions: "rows",
  check_playbook: "rows",
  define_agent: "value",
  define_trigger: "value",
  delete_memory: "nothing",
  delete_playbook: "nothing",
  delete_trigger: "nothing",
  deprecate_playbook: "nothing",
  diagnose_execution: "rows",
  disable_trigger: "nothing",
  discard_dead_letters: "rows",
  emit_playbook_event: "value",
  enable_trigger: "nothing",
  get_active_playbooks: "rows",
  get_draft: "rows",
  get_execution: "rows",
  get_execution_counts: "rows",
  get_execution_progress: "rows",
  get_execution_steps: "rows",
  get_execution_timeline: "rows",
  get_overview: "rows",
  get_playbook: "rows",
  get_playbook_execution_summary: "rows",
  get_playbook_graph: "rows",
  get_playbook_trends: "rows",
  get_step_result: "rows",
  get_usage: "rows",
  list_audit: "rows",
  list_dead_letters: "rows",
  list_executions: "rows",
  list_inbox: "rows",
  list_playbook_tools: "rows",
  list_playbook_versions: "rows",
  list_playbooks: "rows",
  list_triggers: "rows",
  pause_playbook_execution: "nothing",
  requeue_dead_letters: "rows",
  resume_playbook_execution: "nothing",
  retry_playbook_execution: "nothing",
  retry_playbook_executions: "rows",
  run_playbook: "value",
  save_draft: "rows",
  search_memories: "rows",
  start_playbook: "value",
  store_memory: "value",
  store_prompt_template: "value",
  submit_step_input: "nothing",
  what_if_document: "rows",
} as const;

/** Columns that are made of rows themselves. */
export const ROWS: Record<string, true> = {
  nodes: true,
  edges: true,
  issues: true,
};

/** The routes of the server, without their prefix; keys in camelCase. */
export interface Routes {
  "GET /playbooks": {
    path: Record<never, never>;
    query: { search?: string; status?: PlaybookStatus; category?: string; tag?: string; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListPlaybooksRow>;
  };
  "GET /playbooks:trends": {
    path: Record<never, never>;
    query: { name?: string[]; days?: number };
    body: Record<never, never>;
    answer: Page<GetPlaybookTrendsRow>;
  };
  "GET /playbooks/{name}": {
    path: { name: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetPlaybookRow;
  };
  "GET /playbooks/{name}/versions": {
    path: { name: string };
    query: { after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListPlaybookVersionsRow>;
  };
  "GET /playbooks/{name}/versions/{version}": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetPlaybookRow;
  };
  "GET /playbooks/{name}/versions/{version}/graph": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetPlaybookGraphRow;
  };
  "GET /playbooks/{name}/versions/{version}/summary": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetPlaybookExecutionSummaryRow;
  };
  "GET /playbooks/{name}/draft": {
    path: { name: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetDraftRow;
  };
  "GET /tools": {
    path: Record<never, never>;
    query: { agentId?: string; toolName?: string; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListPlaybookToolsRow>;
  };
  "PUT /playbooks/{name}/draft": {
    path: { name: string };
    query: Record<never, never>;
    body: { document: Payload; source?: string };
    answer: SaveDraftRow;
  };
  "POST /playbooks:check": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { document: Payload };
    answer: CheckPlaybookRow;
  };
  "POST /playbooks:what-if": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { document: Payload; input?: Payload; outputs?: Payload };
    answer: Page<WhatIfDocumentRow>;
  };
  "POST /playbooks:apply": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { document: Payload; source?: string };
    answer: ApplyPlaybookRow;
  };
  "POST /playbooks/{name}/versions/{version}:activate": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /playbooks/{name}/versions/{version}:deprecate": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /playbooks/{name}/versions/{version}:archive": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "DELETE /playbooks/{name}/versions/{version}": {
    path: { name: string; version: number };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /playbooks/{name}/executions": {
    path: { name: string };
    query: Record<never, never>;
    body: { input?: Payload; executionName?: string; metadata?: Payload };
    answer: { executionId: string };
  };
  "POST /playbooks/{name}:run": {
    path: { name: string };
    query: Record<never, never>;
    body: { input?: Payload };
    answer: { output: Payload };
  };
  "GET /executions": {
    path: Record<never, never>;
    query: { playbookId?: string; playbookName?: string; from?: string; to?: string; metadata?: Payload; search?: string; errorCode?: string; withChildren?: boolean; status?: PlaybookExecutionStatus[]; source?: string[]; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListExecutionsRow>;
  };
  "GET /executions/{id}": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetExecutionRow;
  };
  "GET /executions/{id}/progress": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetExecutionProgressRow;
  };
  "GET /executions/{id}/steps": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: Page<GetExecutionStepsRow>;
  };
  "GET /executions/{id}/timeline": {
    path: { id: string };
    query: { stepName?: string; onlyOpenOrFailed?: boolean; itemIndex?: number; status?: StepResultStatus[]; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<GetExecutionTimelineRow>;
  };
  "GET /executions/{id}/diagnosis": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: Page<DiagnoseExecutionRow>;
  };
  "GET /step-results/{id}": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetStepResultRow;
  };
  "POST /executions/{id}:pause": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /executions/{id}:resume": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /executions/{id}:cancel": {
    path: { id: string };
    query: Record<never, never>;
    body: { reason?: string };
    answer: void;
  };
  "POST /executions/{id}:retry": {
    path: { id: string };
    query: Record<never, never>;
    body: { fromStep?: string; input?: Payload };
    answer: void;
  };
  "POST /executions/{id}:advance": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /executions:cancel": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { executionIds: string[]; reason?: string };
    answer: Page<CancelPlaybookExecutionsRow>;
  };
  "POST /executions:retry": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { executionIds: string[]; fromStep?: string };
    answer: Page<RetryPlaybookExecutionsRow>;
  };
  "GET /inbox": {
    path: Record<never, never>;
    query: { assignee?: string; playbookName?: string; executionId?: string; waitsFor?: string[]; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListInboxRow>;
  };
  "POST /executions/{id}/steps/{step}:answer": {
    path: { id: string; step: string };
    query: Record<never, never>;
    body: { answer: Payload };
    answer: void;
  };
  "GET /dead-letters": {
    path: Record<never, never>;
    query: { playbookName?: string; errorCode?: string; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListDeadLettersRow>;
  };
  "POST /dead-letters:requeue": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { executionIds: string[] };
    answer: Page<RequeueDeadLettersRow>;
  };
  "POST /dead-letters:discard": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { executionIds: string[]; reason: string };
    answer: Page<DiscardDeadLettersRow>;
  };
  "POST /memories": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { content: string; embedding?: number[]; model?: string; agentId?: string; metadata?: Payload; source?: string; importance?: number; expiresAt?: string };
    answer: { memoryId: string };
  };
  "POST /memories:search": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: { query?: string; embedding?: number[]; model?: string; agentId?: string; limit?: number; threshold?: number; filter?: Payload; mode?: string };
    answer: Page<SearchMemoriesRow>;
  };
  "DELETE /memories/{id}": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /events/{name}": {
    path: { name: string };
    query: Record<never, never>;
    body: { payload?: Payload; keepSeconds?: number };
    answer: { delivered: number };
  };
  "GET /triggers": {
    path: Record<never, never>;
    query: { kind?: string; playbookName?: string; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListTriggersRow>;
  };
  "PUT /triggers/{name}": {
    path: { name: string };
    query: Record<never, never>;
    body: { playbookName: string; schedule?: string; timeZone?: string; eventName?: string; eventMatch?: Payload; input?: Payload; isEnabled?: boolean };
    answer: { triggerId: string };
  };
  "DELETE /triggers/{name}": {
    path: { name: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /triggers/{name}:enable": {
    path: { name: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "POST /triggers/{name}:disable": {
    path: { name: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: void;
  };
  "PUT /agents/{name}": {
    path: { name: string };
    query: Record<never, never>;
    body: { model: string; instructions?: string; parameters?: Payload; tools?: string[]; description?: string; isEnabled?: boolean; metadata?: Payload };
    answer: { agentId: string };
  };
  "GET /agents/{id}/playbooks": {
    path: { id: string };
    query: Record<never, never>;
    body: Record<never, never>;
    answer: Page<GetActivePlaybooksRow>;
  };
  "PUT /prompt-templates/{name}": {
    path: { name: string };
    query: Record<never, never>;
    body: { template: Payload; options?: Payload; description?: string };
    answer: { version: number };
  };
  "GET /counts": {
    path: Record<never, never>;
    query: { from?: string; to?: string; bucket?: string; playbookName?: string };
    body: Record<never, never>;
    answer: Page<GetExecutionCountsRow>;
  };
  "GET /overview": {
    path: Record<never, never>;
    query: Record<never, never>;
    body: Record<never, never>;
    answer: GetOverviewRow;
  };
  "GET /usage": {
    path: Record<never, never>;
    query: { from?: string; to?: string; by?: string; executionId?: string };
    body: Record<never, never>;
    answer: Page<GetUsageRow>;
  };
  "GET /audit": {
    path: Record<never, never>;
    query: { objectId?: string; actor?: string; action?: string; from?: string; to?: string; after?: string | number; limit?: number };
    body: Record<never, never>;
    answer: Page<ListAuditRow>;
  };
}

/** What a client has to know of a route to call it. */
export const ROUTES = {
  "GET /playbooks": { answers: "items", reads: true },
  "GET /playbooks:trends": { answers: "items", reads: true },
  "GET /playbooks/{name}": { answers: "row", reads: true },
  "GET /playbooks/{name}/versions": { answers: "items", reads: true },
  "GET /playbooks/{name}/versions/{version}": { answers: "row", reads: true },
  "GET /playbooks/{name}/versions/{version}/graph": { answers: "row", reads: true },
  "GET /playbooks/{name}/versions/{version}/summary": { answers: "row", reads: true },
  "GET /playbooks/{name}/draft": { answers: "row", reads: true },
  "GET /tools": { answers: "items", reads: true },
  "PUT /playbooks/{name}/draft": { answers: "row", reads: false },
  "POST /playbooks:check": { answers: "row", reads: true },
  "POST /playbooks:what-if": { answers: "items", reads: false },
  "POST /playbooks:apply": { answers: "row", reads: false },
  "POST /playbooks/{name}/versions/{version}:activate": { answers: "nothing", reads: false },
  "POST /playbooks/{name}/versions/{version}:deprecate": { answers: "nothing", reads: false },
  "POST /playbooks/{name}/versions/{version}:archive": { answers: "nothing", reads: false },
  "DELETE /playbooks/{name}/versions/{version}": { answers: "nothing", reads: false },
  "POST /playbooks/{name}/executions": { answers: "value", reads: false },
  "POST /playbooks/{name}:run": { answers: "value", reads: false },
  "GET /executions": { answers: "items", reads: true },
  "GET /executions/{id}": { answers: "row", reads: true },
  "GET /executions/{id}/progress": { answers: "row", reads: true },
  "GET /executions/{id}/steps": { answers: "items", reads: true },
  "GET /executions/{id}/timeline": { answers: "items", reads: true },
  "GET /executions/{id}/diagnosis": { answers: "items", reads: true },
  "GET /step-results/{id}": { answers: "row", reads: true },
  "POST /executions/{id}:pause": { answers: "nothing", reads: false },
  "POST /executions/{id}:resume": { answers: "nothing", reads: false },
  "POST /executions/{id}:cancel": { answers: "nothing", reads: false },
  "POST /executions/{id}:retry": { answers: "nothing", reads: false },
  "POST /executions/{id}:advance": { answers: "nothing", reads: false },
  "POST /executions:cancel": { answers: "items", reads: false },
  "POST /executions:retry": { answers: "items", reads: false },
  "GET /inbox": { answers: "items", reads: true },
  "POST /executions/{id}/steps/{step}:answer": { answers: "nothing", reads: false },
  "GET /dead-letters": { answers: "items", reads: true },
  "POST /dead-letters:requeue": { answers: "items", reads: false },
  "POST /dead-letters:discard": { answers: "items", reads: false },
  "POST /memories": { answers: "value", reads: false },
  "POST /memories:search": { answers: "items", reads: true },
  "DELETE /memories/{id}": { answers: "nothing", reads: false },
  "POST /events/{name}": { answers: "value", reads: false },
  "GET /triggers": { answers: "items", reads: true },
  "PUT /triggers/{name}": { answers: "value", reads: false },
  "DELETE /triggers/{name}": { answers: "nothing", reads: false },
  "POST /triggers/{name}:enable": { answers: "nothing", reads: false },
  "POST /triggers/{name}:disable": { answers: "nothing", reads: false },
  "PUT /agents/{name}": { answers: "value", reads: false },
  "GET /agents/{id}/playbooks": { answers: "items", reads: true },
  "PUT /prompt-templates/{name}": { answers: "value", reads: false },
  "GET /counts": { answers: "items", reads: true },
  "GET /overview": { answers: "row", reads: true },
  "GET /usage": { answers: "items", reads: true },
  "GET /audit": { answers: "items", reads: false },
} as const;
