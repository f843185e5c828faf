import { merge } from "../../document/diff.ts";
import type { Text } from "../../document/read.ts";
import { Dialog } from "../parts/ask.tsx";
import { Time } from "../parts/time.tsx";
import { Compare } from "./compare.tsx";
import type { Draft } from "./draft.ts";

/** Two people changed one draft: what each did, and how both can be kept. */
export function Conflicted(props: {
  draft: Draft;
  mine: Text;
  replace: (text: string) => void;
  close: () => void;
}) {
  const { draft, mine } = props;
  const { theirs, text } = draft.conflict!;
  const base = draft.base.text;
  const merged = theirs ? merge(base, mine.text, text) : null;
  /** Go on from what they saved. */
  const take = (now: string) => {
    draft.setBase({ hash: theirs!.hash ?? null, version: theirs!.version, text });
    draft.setConflict(null);
    props.replace(now);
  };
  const keep = () => void draft.save(mine, { ...draft.base, hash: theirs?.hash ?? null });
  return (
    <Dialog title="Somebody else changed this draft" close={props.close} big>
      {theirs
        ? (
          <p>
            {theirs.savedBy ?? "Somebody"} saved it{" "}
            <Time at={theirs.savedAt} />, after you had opened it. Nothing of yours is lost: it is
            in the editor, and not saved yet.
          </p>
        )
        : (
          <p>
            There is no draft any more: it was activated or deleted. What you wrote is in the
            editor, and not saved yet.
          </p>
        )}
      {theirs && (
        <div className="both">
          <div>
            <h3>Theirs, against what you began with</h3>
            <Compare before={base} after={text} label="Theirs" />
          </div>
          <div>
            <h3>Yours, against what you began with</h3>
            <Compare before={base} after={mine.text} label="Yours" />
          </div>
        </div>
      )}
      {theirs && merged === null && (
        <p className="wrong">
          Both changed the same lines: one of the two has to give way, or you mend it by hand.
        </p>
      )}
      <details>
        <summary>What you began with</summary>
        <pre className="value text" tabIndex={0}>{base}</pre>
      </details>
      <p className="row end">
        <button type="button" onClick={props.close}>Go on editing</button>
        {theirs && <button type="button" onClick={() => take(text)}>Take theirs</button>}
        <button type="button" onClick={keep}>
          {theirs ? "Save mine over theirs" : "Save mine as a new draft"}
        </button>
        {merged !== null && (
          <button
            type="button"
            className="main"
            onClick={() => take(merged)}
          >
            Merge both
          </button>
        )}
      </p>
    </Dialog>
  );
}
