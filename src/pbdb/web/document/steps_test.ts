import { diff } from "./diff.ts";
import { stepsOf } from "./place.ts";
import { read } from "./read.ts";
import { apply, valueAt } from "./change.ts";
import type { Edit } from "./links.ts";
import { moveStep, shiftAside, shiftStep } from "./moves.ts";
import { renameStep } from "./rename.ts";
import { set, setWritten, writtenAt } from "./splice.ts";
import { insertStep, removeStep, TYPES } from "./steps.ts";
import { same, write } from "./write.ts";

function equal(found: unknown, wanted: unknown) {
  if (!same(found, wanted)) {
    throw new Error(
      `found  ${JSON.stringify(found, null, 1)}\nwanted ${JSON.stringify(wanted, null, 1)}`,
    );
  }
}

const TEXT = `# A head comment.
name: demo   # what it is called
steps:
  # Above a.
  - name: a
    type: DATA_TRANSFORM
    config: {output: $input}   # flow

  - name: b # inside
    type: CONDITIONAL_BRANCH
    config:
      branches:
        - {when: $steps.a.output.ok == true, then: c}
      default: 'd'

  - type: PROMPT_TEMPLATE
    name: "c"
    on_failure: d
    config:
      template: |
        Dear {{ steps.a.output.name }}, a is "$steps.a".

        {{#steps.a.output.list}}{{.}}{{/steps.a.output.list}}
  - name: d
    type: DATA_TRANSFORM
    condition: "$steps.\\"a\\".status == \\"COMPLETED\\" && !($steps.ab.x == 1)"
    config:
      output: {one: $steps.a.output, two: "$$steps.a", three: [$steps.c.output]}
# The end.
`;

const made = (text: string, edit: Edit) => apply(text, edit.changes);

Deno.test("a renamed step is renamed wherever it is read or led to, and nowhere else", () => {
  equal(
    made(TEXT, renameStep(read(TEXT), "a", "first")),
    TEXT
      .replace("- name: a\n", "- name: first\n")
      .replace("when: $steps.a.", "when: $steps.first.")
      .replace("{{ steps.a.output.name }}", "{{ steps.first.output.name }}")
      .replace(
        "{{#steps.a.output.list}}{{.}}{{/steps.a.output.list}}",
        "{{#steps.first.output.list}}{{.}}{{/steps.first.output.list}}",
      )
      .replace('$steps.\\"a\\".status', "$steps.first.status")
      .replace("one: $steps.a.output", "one: $steps.first.output"),
  );
});

Deno.test("a name that is no word is quoted where it is read", () => {
  const text = read(made(TEXT, renameStep(read(TEXT), "a", "my step")));
  equal(
    valueAt(text.content, ["steps", 1, "config", "branches", 0, "when"]),
    '$steps."my step".output.ok == true',
  );
  equal(
    valueAt(text.content, ["steps", 3, "condition"]),
    '$steps."my step".status == "COMPLETED" && !($steps.ab.x == 1)',
  );
  equal(valueAt(text.content, ["steps", 3, "config", "output", "two"]), "$$steps.a");
  const back = made(text.text, renameStep(text, "my step", "a"));
  equal(
    valueAt(read(back).content, ["steps", 1, "config", "branches", 0, "when"]),
    "$steps.a.output.ok == true",
  );
});

Deno.test("links follow a rename in the style that they were written in", () => {
  equal(
    made(TEXT, renameStep(read(TEXT), "d", "other")),
    TEXT
      .replace("default: 'd'", "default: 'other'").replace("on_failure: d", "on_failure: other")
      .replace("- name: d\n", "- name: other\n"),
  );
});

Deno.test("a removed step hands on what led to it", () => {
  const edit = removeStep(read(TEXT), "c");
  equal(
    made(TEXT, edit),
    TEXT.replace(/ {2}- type: PROMPT_TEMPLATE[^]*?(?= {2}- name: d)/, "").replace(
      "then: c",
      "then: d",
    ),
  );
  equal(edit.said, "Removed c. b leads to d now.");
  const first = made(TEXT, removeStep(read(TEXT), "a"));
  equal(first, TEXT.replace(/ {2}# Above a\.[^]*?(?= {2}- name: b)/, ""));
});

Deno.test("a step that is put on a way takes it over", () => {
  const edit = insertStep(read(TEXT), "WAIT_FOR_INPUT", { after: "b", before: "c" });
  const text = read(made(TEXT, edit));
  equal(valueAt(text.content, ["steps", 1, "config", "branches", 0, "then"]), "wait_for_input");
  equal(valueAt(text.content, ["steps", 2, "on_success"]), "c");
});

Deno.test("a step goes up and down again, with its comment", () => {
  const down = made(TEXT, shiftStep(read(TEXT), "a", 1));
  equal(stepsOf(read(down)).map((each) => each.name), ["b", "a", "c", "d"]);
  if (!/ {2}# Above a\.\n {2}- name: a\n/.test(down)) throw new Error(down);
  equal(made(down, shiftStep(read(down), "a", -1)), TEXT);
});

Deno.test("a step goes into a branch, through the branches, and out again", () => {
  let text = `name: x
steps:
  - name: p
    type: PARALLEL_EXECUTION
    branches:
      a:
        - {name: one, type: DATA_TRANSFORM, config: {output: 1}}
      b:
        - name: two # kept
          type: DATA_TRANSFORM
          config: {output: 2}
  # About s.
  - name: s
    type: DATA_TRANSFORM
    config:
      output: |
        lines
          of text
`;
  const held = () =>
    stepsOf(read(text)).map((each) => `${each.list.slice(2).join(".")}:${each.name}`);
  const before = text;
  text = made(text, shiftAside(read(text), "s", 1));
  equal(held(), [":p", "branches.a:one", "branches.a:s", "branches.b:two"]);
  text = made(text, shiftAside(read(text), "s", 1));
  equal(held(), [":p", "branches.a:one", "branches.b:two", "branches.b:s"]);
  equal(shiftAside(read(text), "s", 1).said, "There is no branch beside s.");
  text = made(text, shiftAside(read(text), "s", -1));
  text = made(text, shiftAside(read(text), "s", -1));
  equal(text.replace(/\n\n/g, "\n"), before);
});

Deno.test("values are set in their own style, and what is beside them stays", () => {
  const text = read(TEXT);
  const change = (path: (string | number)[], value: unknown) => apply(TEXT, set(text, path, value));
  equal(change(["name"], "it's: new"), TEXT.replace("name: demo  ", `name: "it's: new"  `));
  equal(
    change(["steps", 1, "config", "default"], "it's"),
    TEXT.replace("default: 'd'", "default: 'it''s'"),
  );
  equal(
    change(["steps", 1, "is_final"], true),
    TEXT.replace("default: 'd'\n", "default: 'd'\n    is_final: true\n"),
  );
  equal(
    change(["steps", 0, "config", "output_format"], "flat"),
    TEXT.replace("{output: $input}", "{output: $input, output_format: flat}"),
  );
  equal(change(["steps", 2, "on_failure"], undefined), TEXT.replace("    on_failure: d\n", ""));
  equal(
    change(["steps", 3, "config", "output", "one"], undefined),
    TEXT.replace("one: $steps.a.output, ", ""),
  );
  equal(
    valueAt(read(change(["steps", 3, "metadata", "team"], "x")).content, ["steps", 3, "metadata"]),
    { team: "x" },
  );
  equal(
    change(["steps", 2, "config", "template"], "one\ntwo\n"),
    TEXT.replace(/template: \|[^]*?(?= {2}- name: d)/, "template: |\n        one\n        two\n"),
  );
});

Deno.test("a part is edited as it is written", () => {
  const text = read(TEXT);
  const branches = ["steps", 1, "config", "branches"];
  equal(writtenAt(text, branches), "- {when: $steps.a.output.ok == true, then: c}");
  equal(
    apply(
      TEXT,
      setWritten(text, branches, "# two\n- {when: $input.x, then: c}\n- when: $input.y\n  then: d"),
    ),
    TEXT.replace(
      "        - {when: $steps.a.output.ok == true, then: c}\n",
      "        # two\n        - {when: $input.x, then: c}\n        - when: $input.y\n          then: d\n",
    ),
  );
  equal(
    apply(TEXT, setWritten(text, ["steps", 3, "input_mapping"], "a: 1\nb: [2]")),
    TEXT.replace('.x == 1)"\n', '.x == 1)"\n    input_mapping:\n      a: 1\n      b: [2]\n'),
  );
});

Deno.test("lines that end as on Windows go on doing so, and a last line without end stays without", () => {
  const text = TEXT.replaceAll("\n", "\r\n");
  const edited = made(text, insertStep(read(text), "API_CALL", { after: "a" }));
  if (/[^\r]\n/.test(edited)) throw new Error("mixed ends of lines");
  const bare = "name: x\nsteps:\n- name: a\n  type: DATA_TRANSFORM";
  equal(made(bare, insertStep(read(bare), "API_CALL", {})).startsWith(bare + "\n"), true);
  equal(apply(bare, set(read(bare), ["steps", 0, "is_final"], true)), bare + "\n  is_final: true");
});

Deno.test("an empty playbook gets its first step, and loses its last", () => {
  for (
    const bare of [
      "name: x\nsteps: []\n",
      "name: x\nsteps:\n",
      "name: x\n",
      "{name: x, steps: []}",
      '{"name": "x",\n "steps": []}',
    ]
  ) {
    const one = made(bare, insertStep(read(bare), "PARALLEL_EXECUTION", {}));
    equal(stepsOf(read(one)).map((each) => each.name), ["parallel_execution", "one", "two"]);
    equal(
      valueAt(read(made(one, removeStep(read(one), "parallel_execution"))).content, ["steps"]),
      [],
    );
  }
});

async function* texts(folder: string): AsyncGenerator<string> {
  for await (const each of Deno.readDir(folder)) {
    if (each.isDirectory) yield* texts(`${folder}/${each.name}`);
    else if (each.name.endsWith(".yaml")) yield await Deno.readTextFile(`${folder}/${each.name}`);
  }
}

/** The same numbers in each run, so that what fails fails again. */
function random(seed: number) {
  return (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
}

Deno.test("whatever is done, the text stays readable and what nobody touched stays as it was", async () => {
  const all = [TEXT];
  for await (const each of texts("../../../examples")) if (/^steps:/m.test(each)) all.push(each);
  for (const [at, original] of all.entries()) {
    const next = random(at + 1);
    let text = original;
    for (let round = 0; round < 40; round++) {
      const now = read(text);
      const steps = stepsOf(now);
      const one = () => steps[next(steps.length)]!;
      if (!steps.length) break;
      const step = one();
      const edits: (() => Edit)[] = [
        () => insertStep(now, TYPES[next(TYPES.length)]!, { after: step.name }),
        () => insertStep(now, TYPES[next(TYPES.length)]!, {}),
        () => removeStep(now, step.name),
        () => renameStep(now, step.name, ["x", "my step", "Ω-1", "it's", "a: b"][next(5)]! + round),
        () => shiftStep(now, step.name, 1),
        () => {
          const other = one();
          const isInside = step.path.every((key, index) => other.path[index] === key);
          return isInside
            ? { changes: [], step: null, said: "" }
            : moveStep(now, step.name, { after: other.name });
        },
        () => ({
          changes: set(now, [...step.path, "is_optional"], next(2) === 1),
          step: null,
          said: "",
        }),
        () => ({
          changes: set(now, [...step.path, "description"], ["a", "a: b\nc\n", undefined][next(3)]),
          step: null,
          said: "",
        }),
      ];
      const kind = next(edits.length);
      let after: string;
      try {
        after = made(text, edits[kind]!());
      } catch (error) {
        throw new Error(
          `round ${round}, edit ${kind} of ${step.name}: ${(error as Error).message}\n${text}`,
        );
      }
      const made_ = read(after);
      if (made_.troubles.length) {
        throw new Error(
          `round ${round}, edit ${kind} of ${step.name}: ${
            made_.troubles[0]!.message
          }\n${text}\n=====\n${after}`,
        );
      }
      // Comments only go with the step that they are about.
      const comments = (said: string) => said.match(/^ *#.*$/gm)?.length ?? 0;
      if (kind !== 2 && comments(after) !== comments(text)) {
        throw new Error(`a comment is lost or made: edit ${kind}\n${text}\n=====\n${after}`);
      }
      const gone = diff(text, after).filter((each) => each.kind === "old").flatMap((each) =>
        each.lines
      );
      if (kind < 2 && gone.some((line) => line.trim() && !/then|default|on_success/.test(line))) {
        throw new Error(`an insertion took ${gone}`);
      }
      text = after;
    }
  }
});

Deno.test("a document without a text is written, and reads back as the same", () => {
  const document = {
    name: "x",
    steps: [{
      config: {
        output: {
          a: "on",
          b: "010",
          c: "1_000",
          d: "12:30",
          e: "null",
          f: "~",
          g: "#",
          h: "a: b",
          i: "<<",
          j: "2020-01-01",
          k: " x ",
          l: "a\nb",
          m: "é\u2028",
        },
      },
      type: "DATA_TRANSFORM",
      name: "s",
    }],
    description: "line\nline\n",
  };
  const text = write(document);
  equal(read(text).content, document);
  equal(text.startsWith("name: x\ndescription: |"), true);
});
