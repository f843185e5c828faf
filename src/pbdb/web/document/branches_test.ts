import { addBranch, branchesOf, removeBranch, renameBranch } from "./branches.ts";
import { apply } from "./change.ts";
import { diff, edits } from "./diff.ts";
import type { Edit } from "./links.ts";
import { moveStep } from "./moves.ts";
import { ordersOf } from "./orders.ts";
import { stepsOf } from "./place.ts";
import { read } from "./read.ts";
import { insertStep, removeStep } from "./steps.ts";
import { same } from "./write.ts";

function equal(found: unknown, wanted: unknown) {
  if (!same(found, wanted)) {
    throw new Error(
      `found  ${JSON.stringify(found, null, 1)}\nwanted ${JSON.stringify(wanted, null, 1)}`,
    );
  }
}

const TEXT = `name: demo
steps:
  # First of all.
  - name: a
    type: DATA_TRANSFORM
    config: {output: $input}
  - name: both   # side by side
    type: PARALLEL_EXECUTION
    branches:
      longer:
        - name: x
          type: DATA_TRANSFORM
          config: {output: $step_1_output}
      b:
        - name: y
          type: DATA_TRANSFORM
          config: {output: "$step_1_output.deep"}
  - name: c
    type: PROMPT_TEMPLATE
    config:
      template: "{{ step_1_output.name }} {{ $step_4_output }} $step_1_output {{ steps.both.output.b }}"
  - name: d
    type: DATA_TRANSFORM
    order: 70
    condition: $step_1_output.ok == true && $steps.both.output.longer.n > 1
    config:
      output: {x: $steps.both.output.longer, y: $step_2_output.b, z: $step_5_output, all: $steps.both.output}
`;

const made = (text: string, edit: Edit) => apply(text, edit.changes);
const gone = (text: string) =>
  diff(TEXT, text).filter((each) => each.kind === "old").flatMap((each) => each.lines);

Deno.test("steps are numbered as the database numbers them", () => {
  // Shorter branch names first, what asks for a number has it.
  equal([...ordersOf(read(TEXT).content)].sort((one, two) => one[1] - two[1]), [
    ["a", 1],
    ["both", 2],
    ["y", 3],
    ["x", 4],
    ["c", 5],
    ["d", 70],
  ]);
});

Deno.test("what reads a step by its number reads the same step after another came before it", () => {
  const now = made(TEXT, insertStep(read(TEXT), "API_CALL", { before: "a" }));
  const lines = now.split("\n").map((each) => each.trim());
  for (
    const each of [
      "config: {output: $step_2_output}",
      'config: {output: "$step_2_output.deep"}',
      'template: "{{ step_2_output.name }} {{ $step_5_output }} $step_1_output {{ steps.both.output.b }}"',
      "condition: $step_2_output.ok == true && $steps.both.output.longer.n > 1",
      "output: {x: $steps.both.output.longer, y: $step_3_output.b, z: $step_6_output, all: $steps.both.output}",
    ]
  ) {
    if (!lines.includes(each)) throw new Error(`${each}\nis not in\n${now}`);
  }
  // Comments and everything else stay as they were.
  equal(gone(now).length, 5);
});

Deno.test("what reads a step that is gone names it, so that the check can say so", () => {
  const now = made(TEXT, removeStep(read(TEXT), "a"));
  if (!now.includes("config: {output: $steps.a.output}")) throw new Error(now);
  if (!now.includes("{{ steps.a.output.name }} {{ $step_3_output }} $step_1_output")) {
    throw new Error(now);
  }
  if (!now.includes("y: $step_1_output.b, z: $step_4_output")) throw new Error(now);
});

Deno.test("a move renumbers both ways, and taking it back is the same text", () => {
  const down = made(TEXT, moveStep(read(TEXT), "a", { after: "c" }));
  if (!down.includes("config: {output: $step_5_output}")) throw new Error(down);
  if (!down.includes("z: $step_4_output")) throw new Error(down);
  equal(made(down, moveStep(read(down), "a", { before: "both" })), TEXT);
});

Deno.test("a branch is called otherwise wherever its output is read", () => {
  const edit = renameBranch(read(TEXT), "both", "longer", "far side");
  const now = made(TEXT, edit);
  equal(branchesOf(read(now), "both"), ["far side", "b"]);
  if (!now.includes('$steps.both.output."far side".n > 1')) throw new Error(now);
  if (!now.includes('{x: $steps.both.output."far side", y: $step_2_output.b')) throw new Error(now);
  equal(edit.said, "Renamed the branch longer to far side, in 2 other places too.");
  const short = made(TEXT, renameBranch(read(TEXT), "both", "b", "much longer"));
  if (!short.includes('{{ $steps.both.output.\\"much longer\\" }}')) throw new Error(short);
  // Its steps have other numbers now, and who reads them follows: y is read by nobody, x was 4.
  if (!short.includes("{{ $step_3_output }}")) throw new Error(short);
  if (!short.includes('y: $step_2_output."much longer"')) throw new Error(short);
});

Deno.test("branches come and go, and the last one stays", () => {
  const more = made(TEXT, addBranch(read(TEXT), "both"));
  equal(branchesOf(read(more), "both"), ["longer", "b", "branch"]);
  equal(stepsOf(read(more)).map((each) => each.name), ["a", "both", "x", "y", "branch", "c", "d"]);
  const less = made(more, removeBranch(read(more), "both", "branch"));
  equal(less, TEXT);
  const one = made(TEXT, removeBranch(read(TEXT), "both", "longer"));
  let said = "";
  try {
    removeBranch(read(one), "both", "b");
  } catch (error) {
    said = (error as Error).message;
  }
  equal(said, "both needs a branch: remove the step instead.");
  const fresh = "name: x\nsteps:\n  - name: p\n    type: PARALLEL_EXECUTION\n";
  equal(branchesOf(read(made(fresh, addBranch(read(fresh), "p"))), "p"), ["branch"]);
});

Deno.test("edits make one text of another, whatever the two are", () => {
  const texts = [
    "",
    "a",
    "a\n",
    "a\nb",
    "a\nb\n",
    "b\na\n",
    "x\na\ny\nb\nz",
    "\n\n",
    "a\nb\nc\nd\n",
    "c\nd",
  ];
  for (const before of texts) {
    for (const after of texts) equal(apply(before, edits(before, after)), after);
  }
});
