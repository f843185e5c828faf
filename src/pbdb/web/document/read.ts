// A playbook's text as data, read as `pbdb check` reads it: YAML 1.1 without its surprises.

import { type Document, isScalar, parseDocument, type ScalarTag, visit } from "yaml";

export interface Trouble {
  from: number;
  to: number;
  message: string;
}

export interface Text {
  text: string;
  yaml: Document.Parsed;
  /** What it holds; undefined while it cannot be read. */
  content: Record<string, unknown> | undefined;
  troubles: Trouble[];
}

/** JSON keeps every digit, and so does the text: a number that JavaScript cannot hold goes as it is. */
const whole = (text: string): unknown => {
  const number = Number(text);
  const raw = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;
  return Number.isSafeInteger(number) || !raw ? number : raw(text.replace(/^\+/, ""));
};

const TAGS: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:bool",
    default: true,
    test: /^(?:true|True|TRUE|false|False|FALSE)$/,
    resolve: (text) => /^t/i.test(text),
  },
  {
    tag: "tag:yaml.org,2002:int",
    default: true,
    test: /^[-+]?(?:0|[1-9][0-9]*)$/,
    resolve: whole,
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    test: /^[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/,
    resolve: (text, error) => {
      const number = Number(text);
      if (!Number.isFinite(number)) error(`${text} is no value that JSON has: quote it`);
      return number;
    },
  },
  {
    tag: "tag:yaml.org,2002:float",
    default: true,
    test: /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
    resolve: (text, error) => {
      error(`${text} is no value that JSON has: quote it`);
      return null;
    },
  },
];

export function read(text: string): Text {
  const yaml = parseDocument(text, {
    version: "1.2",
    schema: "failsafe",
    customTags: ["null", ...TAGS, "merge"],
    keepSourceTokens: true,
    prettyErrors: false,
    stringKeys: false,
  });
  const troubles = [...yaml.errors, ...yaml.warnings].map((each): Trouble => ({
    from: each.pos[0],
    to: Math.max(each.pos[1], each.pos[0] + 1),
    message: each.message,
  }));
  if (troubles.length === 0) troubles.push(...unlikeJson(yaml));
  let content: Text["content"];
  if (troubles.length === 0) {
    try {
      const found: unknown = yaml.toJS({ maxAliasCount: 10_000 });
      if (typeof found === "object" && found !== null && !Array.isArray(found)) {
        content = found as Record<string, unknown>;
      } else {troubles.push({
          from: 0,
          to: text.length,
          message: "A playbook is an object with name and steps.",
        });}
    } catch (error) {
      troubles.push({ from: 0, to: text.length, message: String((error as Error).message) });
    }
  }
  return { text, yaml, content, troubles };
}

const PLAIN = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((each) => `tag:yaml.org,2002:${each}`),
);

/** Keys that are no text, and tags of values that JSON does not have. */
function unlikeJson(yaml: Document.Parsed): Trouble[] {
  const found: Trouble[] = [];
  const say = (node: unknown, message: string) => {
    const [from, to] = (node as { range?: [number, number, number] }).range ?? [0, 1];
    found.push({ from, to: Math.max(to, from + 1), message });
  };
  visit(yaml, {
    Node(_, node) {
      const { tag } = node as { tag?: string };
      if (tag && !PLAIN.has(tag)) say(node, "This tag is of no value that JSON has.");
    },
    Pair(_, { key }) {
      const isText = isScalar(key) &&
        (typeof key.value === "string" || typeof key.value === "symbol");
      if (key && !isText) say(key, "This key is not text: quote it.");
    },
  });
  return found;
}
