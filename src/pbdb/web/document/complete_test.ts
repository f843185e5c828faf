import { complete } from "./complete.ts";
import { stepsOf } from "./place.ts";
import { read } from "./read.ts";
import { same } from "./write.ts";

const TEXT = read(`
name: x
input_schema:
  type: object
  properties:
    lead: {type: object, properties: {email: {type: string}, "last name": {type: string}}}
    items: {type: array, items: {type: object, properties: {id: {type: integer}}}}
steps:
  - name: shape
    type: DATA_TRANSFORM
    config: {output: {score: 1, of: {name: $input.lead}}}
  - name: each
    type: PARALLEL_EXECUTION
    config: {for_each: $input.items}
    steps:
      - {name: inner, type: PROMPT_TEMPLATE, config: {template: ""}, input_mapping: {who: $item}}
      - {name: beside, type: PROMPT_TEMPLATE, config: {template: ""}}
  - name: ask me
    type: WAIT_FOR_INPUT
    config: {schema: {type: object, properties: {approved: {type: boolean}}}}
`);

function offered(step: string | null, before: string, wanted: string[]) {
  const from = stepsOf(TEXT).find((each) => each.name === step);
  const found = complete(TEXT, from, before)?.options.map((each) => each.insert ?? each.label) ??
    [];
  if (!same(found, wanted)) throw new Error(`${before}: ${JSON.stringify(found)}`);
}

Deno.test("an expression is completed from variables, schemas and steps that can be read", () => {
  offered("shape", "    a: $inp", ["$input"]);
  offered("shape", "    a: $input.", ["lead", "items"]);
  offered("shape", "    a: $input.lead.", ["email", '"last name"']);
  offered("shape", "    a: $input.items[0].", ["id"]);
  offered("shape", "    a: $input.items.", ["id"]);
  offered("shape", "    a: $steps.", ["each", '"ask me"']);
  offered("inner", "    a: $steps.", ["shape", "beside", '"ask me"']);
  offered("shape", '    a: $steps."ask me".output.', ["approved"]);
  offered("ask me", "    when: $steps.shape.output.of.", ["name"]);
  offered("ask me", "    when: $steps.shape.st", ["status"]);
  offered(null, "output_mapping: $steps.ea", ["each"]);
});

Deno.test("a template is completed inside its tags, and nothing else is", () => {
  offered("inner", "template: Dear {{ wh", ["who"]);
  offered("inner", "template: Dear {{ steps.shape.output.sc", ["score"]);
  offered("inner", "template: Dear steps.", []);
  offered("inner", "name: some", []);
});

Deno.test("a link is completed with the steps of its list", () => {
  offered("shape", "    on_success: e", ["each", "ask me"]);
  offered("inner", "    on_failure: ", ["beside"]);
  offered("shape", "        - {when: $input.x, then: as", ["ask me"]);
});
