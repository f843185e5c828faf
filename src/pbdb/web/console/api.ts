// The calls that the screens make. Relative addresses: the server may be below any path of a proxy.

import { PbdbError } from "@pbdb/client";

import type { Schema } from "./parts/form.tsx";
import { errorOf } from "../client/errors.ts";

export { PbdbError as Problem };

export interface Page<T> {
  items: T[];
  next: string | null;
}

export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin", headers };
  if (body !== undefined) {
    init.headers = { ...headers, "Content-Type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(`v1${path}`, init);
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function query(values: Record<string, string | string[] | number | boolean | undefined>) {
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== "") said.append(key, String(each));
    }
  }
  const text = said.toString();
  return text && `?${text}`;
}

export type Status =
  | "PENDING"
  | "RUNNING"
  | "WAITING"
  | "PAUSED"
  | "COMPLETED"
  | "FAILED"
  | "CANCELLED"
  | "TIMEOUT"
  | "SKIPPED"
  | "ACTIVE"
  | "DRAFT"
  | "DEPRECATED"
  | "ARCHIVED";

export interface Execution {
  execution_id: string;
  playbook_name: string;
  version: number;
  execution_name: string | null;
  status: Status;
  trigger_source: string | null;
  error_code: string | null;
  error_message: string | null;
  completed_steps: number;
  total_steps: number;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  duration_ms: number | null;
  pause_reason: string | null;
  current_step_name: string | null;
  parent_execution_id: string | null;
}

export interface ExecutionDetail extends Execution {
  progress_percentage: number;
  elapsed_time_ms: number;
  deadline_at: string | null;
  input_data: unknown;
  output_data: unknown;
  error_stack: string | null;
  metadata: unknown;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
}

export interface StepRow {
  step_id: string;
  step_name: string;
  step_type: string;
  parent_step_id: string | null;
  branch: string | null;
  status: Status | null;
  completed_count: number;
  failed_count: number;
  branch_total: number | null;
  branch_completed_count: number | null;
  branch_failed_count: number | null;
  attempts: number;
  first_started_at: string | null;
  last_completed_at: string | null;
  last_step_result_id: string | null;
}

export interface Attempt {
  step_result_id: string;
  step_name: string;
  branch: string | null;
  item_index: number | null;
  attempt_number: number;
  visit: number;
  status: Status;
  started_at: string | null;
  completed_at: string | null;
  duration_ms: number | null;
  worker: string | null;
  error_code: string | null;
  error_message: string | null;
}

export interface StepResult extends Attempt {
  step_type: string;
  input_data: unknown;
  request: unknown;
  output_data: unknown;
  error_stack: string | null;
  error_details: unknown;
  answers: unknown;
  child_execution_ids: string[] | null;
  model: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  latency_ms: number | null;
}

export interface InboxItem {
  step_result_id: string;
  execution_id: string;
  playbook_name: string;
  execution_name: string | null;
  step_name: string;
  step_address: string;
  item_index: number | null;
  waits_for: string;
  prompt: string | null;
  answer_schema: Schema | null;
  data: unknown;
  assignees: unknown;
  waiting_since: string;
  times_out_at: string | null;
}

export interface DeadLetter {
  execution_id: string;
  playbook_name: string;
  execution_name: string | null;
  step_name: string | null;
  reason: string | null;
  error_code: string | null;
  error_message: string | null;
  attempts: number;
  worker: string | null;
  since: string;
}

export interface PlaybookRow {
  name: string;
  description: string | null;
  category: string | null;
  active_version: number | null;
  draft_version: number | null;
  latest_version: number;
  latest_status: Status;
  execution_count: number;
  failed_count: number;
  running_count: number;
  success_rate: number | null;
  last_execution_at: string | null;
}

export interface PlaybookVersion {
  version: number;
  status: Status;
  total_steps: number;
  created_at: string;
  activated_at: string | null;
  execution_count: number;
  completed_count: number;
  failed_count: number;
  avg_duration_ms: number | null;
}

export interface Playbook {
  name: string;
  version: number;
  status: Status;
  document: { description?: string; input_schema?: Schema; steps?: unknown[] };
  source: string | null;
}

export interface Outcome {
  execution_id: string;
  outcome: string;
  code?: string | null;
  message?: string | null;
}
