import { diff, merge } from "./diff.ts";

function check(what: boolean, said: string) {
  if (!what) throw new Error(said);
}

Deno.test("a diff leads from one text to the other, and back", () => {
  for (let round = 0; round < 500; round++) {
    const text = () =>
      Array.from(
        { length: Math.floor(Math.random() * 9) },
        () => "abcd"[Math.floor(Math.random() * 4)],
      ).join("\n");
    const [before, after] = [text(), text()];
    const pieces = diff(before, after);
    const side = (kind: string) =>
      pieces.filter((each) => each.kind !== kind).flatMap((each) => each.lines).join("\n");
    check(
      side("new") === before,
      `old side of ${JSON.stringify([before, after])}: ${JSON.stringify(pieces)}`,
    );
    check(
      side("old") === after,
      `new side of ${JSON.stringify([before, after])}: ${JSON.stringify(pieces)}`,
    );
  }
});

Deno.test("what two people changed in different places is merged", () => {
  const base = "a\nb\nc\nd\ne\nf";
  check(merge(base, "A\nb\nc\nd\ne\nf", "a\nb\nc\nd\ne\nF") === "A\nb\nc\nd\ne\nF", "both ends");
  check(
    merge(base, "a\nb\nc\nx\nd\ne\nf", "a\nc\nd\ne\nf") === "a\nc\nx\nd\ne\nf",
    "one adds, one takes away",
  );
  check(merge(base, base, "z") === "z", "only one changed");
  check(merge(base, "a\nb\nC", "a\nb\nC") === "a\nb\nC", "both changed the same");
});

Deno.test("what two people changed in the same place is not merged", () => {
  check(merge("a\nb\nc", "a\nB\nc", "a\n2\nc") === null, "the same line");
  check(merge("a\nc", "a\nx\nc", "a\ny\nc") === null, "the same gap");
});
