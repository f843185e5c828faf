import { diff, type Piece } from "../../document/diff.ts";

const AROUND = 3;

/** What changed between two texts, line by line; what is the same is left out but for its edges. */
export function Compare(
  { before, after, label }: { before: string; after: string; label: string },
) {
  const pieces = diff(before, after);
  if (pieces.every((each) => each.kind === "same")) {
    return <p className="dim">{label}: nothing differs.</p>;
  }
  let [old, now] = [1, 1];
  const rows: [Piece["kind"] | "gap", number | null, number | null, string][] = [];
  pieces.forEach((piece, at) => {
    const hidden = piece.kind === "same"
      ? hiddenIn(piece, at === 0, at === pieces.length - 1)
      : [0, 0];
    piece.lines.forEach((line, index) => {
      const isHidden = index >= hidden[0]! && index < hidden[1]!;
      if (!isHidden) {
        rows.push([
          piece.kind,
          piece.kind === "new" ? null : old,
          piece.kind === "old" ? null : now,
          line,
        ]);
      } else if (index === hidden[0]) {
        rows.push(["gap", null, null, `${hidden[1]! - hidden[0]!} lines are the same`]);
      }
      if (piece.kind !== "new") old++;
      if (piece.kind !== "old") now++;
    });
  });
  return (
    <div className="compare" tabIndex={0} role="region" aria-label={label}>
      <table>
        <tbody>
          {rows.map(([kind, left, right, line], at) => (
            <tr key={at} className={kind}>
              <td className="num">{left}</td>
              <td className="num">{right}</td>
              <td className="sign">
                {kind === "old" ? "−" : kind === "new" ? "+" : ""}
                <span className="hidden">
                  {kind === "old" ? "removed" : kind === "new" ? "added" : ""}
                </span>
              </td>
              <td>
                <code dir="auto">{line}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function hiddenIn(piece: Piece, isFirst: boolean, isLast: boolean): [number, number] {
  const from = isFirst ? 0 : AROUND;
  const to = piece.lines.length - (isLast ? 0 : AROUND);
  return to - from > 1 ? [from, to] : [0, 0];
}
