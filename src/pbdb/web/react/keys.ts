// Keys of the query cache. A shorter key is the start of the longer ones: to invalidate it is to
// invalidate them.

const all = ["pbdb"] as const;
const executions = [...all, "executions"] as const;
const playbooks = [...all, "playbooks"] as const;

export const pbdbKeys = {
  all,
  me: [...all, "me"] as const,
  overview: [...all, "overview"] as const,
  counts: (query: object = {}) => [...all, "counts", query] as const,
  usage: (query: object = {}) => [...all, "usage", query] as const,
  audit: (query: object = {}) => [...all, "audit", query] as const,
  playbooks: {
    all: playbooks,
    lists: [...playbooks, "list"] as const,
    list: (query: object = {}) => [...playbooks, "list", query] as const,
    trends: (query: object = {}) => [...playbooks, "list", "trends", query] as const,
    ofAgent: (agentId?: string) => [...playbooks, "agent", agentId] as const,
    detail: (name?: string) => [...playbooks, "detail", name] as const,
    version: (name?: string, version?: number) =>
      [...playbooks, "detail", name, "version", version] as const,
    versions: (name?: string) => [...playbooks, "detail", name, "versions"] as const,
    graph: (name?: string, version?: number) =>
      [...playbooks, "detail", name, "graph", version] as const,
    summary: (name?: string, version?: number) =>
      [...playbooks, "detail", name, "summary", version] as const,
    draft: (name?: string) => [...playbooks, "detail", name, "draft"] as const,
  },
  executions: {
    all: executions,
    lists: [...executions, "list"] as const,
    list: (query: object = {}) => [...executions, "list", query] as const,
    detail: (id?: string) => [...executions, "detail", id] as const,
    live: (id?: string) => [...executions, "live", id] as const,
    progress: (id?: string) => [...executions, "detail", id, "progress"] as const,
    steps: (id?: string) => [...executions, "detail", id, "steps"] as const,
    timeline: (id?: string, query: object = {}) =>
      [...executions, "detail", id, "timeline", query] as const,
    diagnosis: (id?: string) => [...executions, "detail", id, "diagnosis"] as const,
  },
  stepResults: {
    all: [...all, "step-results"] as const,
    detail: (id?: string) => [...all, "step-results", id] as const,
  },
  inbox: {
    all: [...all, "inbox"] as const,
    list: (query: object = {}) => [...all, "inbox", query] as const,
  },
  deadLetters: {
    all: [...all, "dead-letters"] as const,
    list: (query: object = {}) => [...all, "dead-letters", query] as const,
  },
  triggers: {
    all: [...all, "triggers"] as const,
    list: (query: object = {}) => [...all, "triggers", query] as const,
  },
};
