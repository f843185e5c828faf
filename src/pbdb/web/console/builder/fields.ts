// What a step may say, as the JSON Schema of documents has it.

import schema from "../../../../../docs/playbook.schema.json";

interface Kind {
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, Kind>;
  anyOf?: Kind[];
}

const defs = schema.$defs as unknown as Record<string, Kind>;

export interface Field {
  key: string;
  kind: "text" | "number" | "boolean" | "choice" | "value";
  help: string;
  choices: string[];
  fallback: string;
}

function fieldsOf(properties: Record<string, Kind> | undefined, left: string[]): Field[] {
  return Object.entries(properties ?? {})
    .filter(([key, each]) => !left.includes(key) && !/^Another name/.test(each.description ?? ""))
    .map(([key, each]) => ({
      key,
      kind: kindOf(each),
      help: each.description ?? "",
      choices: (each.enum ?? []).map(String),
      fallback: each.default === undefined ? "" : String(each.default),
    }));
}

function kindOf(each: Kind): Field["kind"] {
  const types = [each.type].flat().filter((type) => type !== "null");
  if (each.enum) return "choice";
  if (types.length !== 1) return "value";
  if (types[0] === "string") return "text";
  if (types[0] === "integer" || types[0] === "number") return "number";
  return types[0] === "boolean" ? "boolean" : "value";
}

export const STEP_FIELDS = fieldsOf(defs["step"]!.properties, [
  "name",
  "type",
  "config",
  "branches",
  "steps",
]);
export const PLAYBOOK_FIELDS = fieldsOf(schema.properties as unknown as Record<string, Kind>, [
  "name",
  "version",
  "steps",
]);
const configs = new Map<string, Field[]>();
export const configFields = (type: string): Field[] => {
  if (!configs.has(type)) configs.set(type, fieldsOf(defs[`${type}.config`]?.properties, []));
  return configs.get(type)!;
};
export const TYPE_HELP = new Map(
  (defs["step"]!.properties!["type"] as unknown as {
    oneOf: { const: string; description: string }[];
  }).oneOf
    .map((each) => [each.const, each.description]),
);
