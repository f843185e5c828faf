/** A sign for each type of step. */
export const SIGNS: Record<string, string> = {
  AGENT_EXECUTION: "✦",
  DATA_TRANSFORM: "⇄",
  CONDITIONAL_BRANCH: "◇",
  PARALLEL_EXECUTION: "∥",
  WAIT_FOR_INPUT: "?",
  API_CALL: "↗",
  DATABASE_QUERY: "▤",
  MEMORY_SEARCH: "⌕",
  PROMPT_TEMPLATE: "¶",
  CUSTOM_FUNCTION: "{}",
};
