import { TYPES } from "../../document/steps.ts";
import { SIGNS } from "../graph/signs.ts";
import { drag } from "./drag.ts";
import { TYPE_HELP } from "./fields.ts";

const SHORT: Record<string, string> = {
  AGENT_EXECUTION: "Agent",
  DATA_TRANSFORM: "Transform",
  CONDITIONAL_BRANCH: "Branch",
  PARALLEL_EXECUTION: "Parallel",
  WAIT_FOR_INPUT: "Wait",
  API_CALL: "API call",
  DATABASE_QUERY: "Query",
  MEMORY_SEARCH: "Memory",
  PROMPT_TEMPLATE: "Prompt",
  CUSTOM_FUNCTION: "Function",
};

/** The ten types: dragged to where they belong, or put behind the chosen step with Enter. */
export function Palette({ add, after }: { add: (type: string) => void; after: string | null }) {
  return (
    <div
      className="palette"
      role="toolbar"
      aria-label={after ? `Add a step after ${after}` : "Add a step at the end"}
    >
      {TYPES.map((type) => {
        const word = type.toLowerCase().replaceAll("_", " ");
        return (
          <button
            key={type}
            type="button"
            draggable
            aria-label={word}
            title={`${word}: ${TYPE_HELP.get(type) ?? ""} ${
              after ? `Adds one after ${after}` : "Adds one at the end"
            }, or drag it.`}
            onClick={() => add(type)}
            onDragStart={(event) => drag(event, { type })}
          >
            <span aria-hidden="true">{SIGNS[type]}</span> {SHORT[type] ?? word}
          </button>
        );
      })}
    </div>
  );
}
