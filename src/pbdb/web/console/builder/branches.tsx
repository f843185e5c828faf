import { addBranch, branchesOf, removeBranch, renameBranch } from "../../document/branches.ts";
import { valueAt } from "../../document/change.ts";
import type { Edit } from "../../document/links.ts";
import type { Step } from "../../document/place.ts";
import type { Text } from "../../document/read.ts";
import { Input } from "./input.tsx";

interface Props {
  text: Text;
  step: Step;
  edit: (make: (text: Text) => Edit) => void;
  attempt: (make: (text: Text) => Edit) => void;
}

/** The branches of a parallel step: another one, other names, one less. */
export function Branches({ text, step, edit, attempt }: Props) {
  const names = branchesOf(text, step.name);
  if (names === null && valueAt(text.content, [...step.path, "steps"]) !== undefined) {
    return <p className="dim">Its steps run once for each item of for_each.</p>;
  }
  return (
    <fieldset aria-label="Branches">
      <legend>Branches</legend>
      {(names ?? []).map((name, at) => (
        <Input
          key={name}
          label={`branch ${at + 1}`}
          help={`${count(text, step, name)}. Expressions that read its output follow another name.`}
          kind="text"
          value={name}
          save={(said) => edit((now) => renameBranch(now, step.name, name, String(said)))}
          remove={() => attempt((now) => removeBranch(now, step.name, name))}
        />
      ))}
      <p>
        <button type="button" onClick={() => attempt((now) => addBranch(now, step.name))}>
          Add a branch
        </button>
      </p>
    </fieldset>
  );
}

function count(text: Text, step: Step, name: string): string {
  const steps = valueAt(text.content, [...step.path, "branches", name]);
  const length = Array.isArray(steps) ? steps.length : 0;
  return `${length} ${length === 1 ? "step" : "steps"}`;
}
