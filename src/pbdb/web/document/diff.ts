// What two texts have in common, by lines, and what became of one text in two hands.

export interface Piece {
  kind: "same" | "old" | "new";
  lines: string[];
}

export const linesOf = (text: string) => text.split("\n");

/** What of a text stays, goes and comes. */
export function diff(before: string, after: string): Piece[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) {
    end++;
  }
  const pieces: Piece[] = [];
  const say = (kind: Piece["kind"], line: string) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.lines.push(line);
    else pieces.push({ kind, lines: [line] });
  };
  for (const each of a.slice(0, start)) say("same", each);
  const middle = shortest(a.slice(start, a.length - end), b.slice(start, b.length - end));
  for (const [kind, line] of middle) say(kind, line);
  for (const each of a.slice(a.length - end)) say("same", each);
  return pieces;
}

const MOST = 4_000_000;

/** By the longest common part. Two texts that would need too much memory are shown one after the other. */
function shortest(a: string[], b: string[]): [Piece["kind"], string][] {
  const said: [Piece["kind"], string][] = [];
  const isHuge = a.length * b.length > MOST;
  const wide = b.length + 1;
  const common = new Uint32Array(isHuge ? 0 : (a.length + 1) * wide);
  for (let x = isHuge ? -1 : a.length - 1; x >= 0; x--) {
    for (let y = b.length - 1; y >= 0; y--) {
      common[x * wide + y] = a[x] === b[y]
        ? common[(x + 1) * wide + y + 1]! + 1
        : Math.max(common[(x + 1) * wide + y]!, common[x * wide + y + 1]!);
    }
  }
  let [x, y] = [0, 0];
  while (x < a.length || y < b.length) {
    if (!isHuge && x < a.length && y < b.length && a[x] === b[y]) {
      said.push(["same", a[x++]!]);
      y++;
    } else if (
      x < a.length &&
      (isHuge || y >= b.length || common[(x + 1) * wide + y]! >= common[x * wide + y + 1]!)
    ) {
      said.push(["old", a[x++]!]);
    } else said.push(["new", b[y++]!]);
  }
  return said;
}

interface Change {
  from: number;
  to: number;
  lines: string[];
}

function changes(before: string, after: string): Change[] {
  const found: Change[] = [];
  let at = 0;
  let open: Change | null = null;
  for (const piece of diff(before, after)) {
    if (piece.kind === "same") {
      open = null;
      at += piece.lines.length;
      continue;
    }
    if (!open) found.push(open = { from: at, to: at, lines: [] });
    if (piece.kind === "new") open.lines.push(...piece.lines);
    else open.to = at += piece.lines.length;
  }
  return found;
}

/** What makes one text of the other, as places in it: lines that stay are not touched. */
export function edits(
  before: string,
  after: string,
): { from: number; to: number; insert: string }[] {
  const found: { from: number; to: number; insert: string }[] = [];
  // Both as if their last line ended as the others do.
  const textOf = (lines: string[]) => lines.map((each) => `${each}\n`).join("");
  let at = 0;
  let open = false;
  for (const piece of diff(before, after)) {
    const said = textOf(piece.lines);
    if (piece.kind === "same") open = false;
    else {
      if (!open) found.push({ from: at, to: at, insert: "" });
      open = true;
      const last = found[found.length - 1]!;
      if (piece.kind === "old") last.to += said.length;
      else last.insert += said;
    }
    if (piece.kind !== "new") at += said.length;
  }
  const last = found.at(-1);
  if (!last || last.to <= before.length) return found;
  // The end that is not there: what stands before the change has one, or what is put in.
  if (last.from > before.length) last.insert = `\n${last.insert.slice(0, -1)}`;
  else if (last.insert) last.insert = last.insert.slice(0, -1);
  else last.from--;
  last.from = Math.min(last.from, before.length);
  last.to = before.length;
  return found;
}

/** Both changes of a text; null when they touch each other and somebody has to choose. */
export function merge(base: string, mine: string, theirs: string): string | null {
  const lines = linesOf(base);
  const all = [
    ...changes(base, mine).map((each) => ({ ...each, whose: 0 })),
    ...changes(base, theirs).map((each) => ({ ...each, whose: 1 })),
  ].sort((a, b) => a.from - b.from || a.to - b.to);
  const result: string[] = [];
  let at = 0;
  let last: (Change & { whose: number }) | null = null;
  for (const each of all) {
    const isAgain = last && last.whose !== each.whose && last.from === each.from &&
      last.to === each.to &&
      last.lines.join("\n") === each.lines.join("\n");
    if (isAgain) continue;
    if (last && last.whose !== each.whose && each.from <= last.to) return null;
    result.push(...lines.slice(at, each.from), ...each.lines);
    at = each.to;
    last = each;
  }
  return [...result, ...lines.slice(at)].join("\n");
}
