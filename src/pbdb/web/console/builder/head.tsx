import { playbookAt } from "../address.ts";
import type { Bench } from "./bench.ts";
import type { Draft } from "./draft.ts";

interface Props {
  name: string;
  bench: Bench;
  draft: Draft;
  from: number | null;
  isMalformed: boolean;
  isRenamed: boolean;
  isAsking: boolean;
  isBusy: boolean;
  /** Whether the text is what is active already. */
  isActive: boolean;
  look: () => void;
  ask: () => void;
  discard: () => void;
  activate: () => void;
}

/** The name, how far it is saved, and what can be done with the whole. */
export function Head(props: Props) {
  const { name, bench, draft, isMalformed, isRenamed } = props;
  return (
    <div className="row head">
      <h1 dir="auto">
        <a href={playbookAt(name)}>{name}</a>
      </h1>
      <span role="status" className="dim">
        <Saved {...props} />
      </span>
      {draft.conflict && <button type="button" onClick={props.look}>Look at both…</button>}
      <span className="said" role="status">{bench.said}</span>
      <span className="grow" />
      <button
        type="button"
        aria-pressed={props.isAsking}
        disabled={bench.text.content === undefined && !props.isAsking}
        onClick={props.ask}
      >
        What if…
      </button>
      {draft.base.version !== null && (
        <button type="button" disabled={props.isBusy} onClick={props.discard}>
          Discard draft…
        </button>
      )}
      <button
        type="button"
        disabled={!draft.isChanged || isMalformed || isRenamed}
        onClick={() => void draft.save(bench.text, draft.base)}
      >
        Save draft
      </button>
      <button
        type="button"
        className="main"
        disabled={isMalformed || isRenamed || props.isActive}
        onClick={props.activate}
      >
        Activate…
      </button>
    </div>
  );
}

function Saved({ draft, isMalformed, isRenamed, from }: Props) {
  const { base, state, isChanged, conflict } = draft;
  if (conflict) {
    return <span className="pill bad">not saved: somebody else changed the draft</span>;
  }
  if (isChanged && (isMalformed || isRenamed)) {
    return <span className="pill wait">not saved while it is malformed</span>;
  }
  if (state.kind === "saving") return <>saving…</>;
  if (isChanged) return <>not saved yet</>;
  if (base.version !== null) return <>draft v{base.version}, saved</>;
  return <>{from !== null ? `as v${from} is, nothing changed` : "new"}</>;
}
