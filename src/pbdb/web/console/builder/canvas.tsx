import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import { type Box, layout, type Picture } from "../graph/layout.ts";
import type { Checked, Issue } from "./check.ts";

export interface Trace {
  status: string;
  output_data: unknown;
  error_code: string | null;
  error_message: string | null;
  count: number;
}

interface Props {
  checked: Checked;
  issues: Issue[];
  selected: string | null;
  traces: Map<string, Trace> | null;
  select: (name: string) => void;
  open: () => void;
  remove: (name: string) => void;
  /** In its list, or into a branch and out of it. */
  move: (name: string, by: -1 | 1, isAside: boolean) => void;
  /** A type of step or a step was dropped: on a step, on the way between two, or beside all. */
  drop: (what: Dropped, at: { before?: string; after?: string; branch?: [string, string] }) => void;
}

export type Dropped = { type: string } | { step: string };

const DATA = "application/x-pbdb-step";

export const drag = (event: React.DragEvent, what: Dropped) => {
  event.dataTransfer.setData(DATA, JSON.stringify(what));
  event.dataTransfer.effectAllowed = "copyMove";
};

export function Canvas(props: Props) {
  const { checked } = props;
  const picture = useMemo(() =>
    layout(
      checked.nodes.map((each) => ({
        name: each.step_name,
        parent: each.parent_step_name,
        branch: each.branch,
      })),
      checked.edges.filter((each) => each.kind !== "branch")
        .map((each) => ({ from: each.from_step_name, to: each.to_step_name, kind: each.kind })),
    ), [checked.nodes, checked.edges]);
  const area = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [over, setOver] = useState<string | null>(null);
  const byName = useMemo(() => new Map(checked.nodes.map((each) => [each.step_name, each])), [
    checked.nodes,
  ]);
  const troubles = useMemo(() => {
    const found = new Map<string, Issue[]>();
    for (const each of props.issues) {
      if (each.step_name) found.set(each.step_name, [...(found.get(each.step_name) ?? []), each]);
    }
    return found;
  }, [props.issues]);
  const focusable = props.selected && byName.has(props.selected)
    ? props.selected
    : checked.nodes[0]?.step_name;

  useEffect(() => {
    if (!props.selected || !area.current) return;
    const node = area.current.querySelector<HTMLElement>(
      `[data-step="${CSS.escape(props.selected)}"]`,
    );
    node?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [props.selected, picture]);

  const key = (event: KeyboardEvent, box: Box) => {
    if (event.altKey && event.key.startsWith("Arrow")) {
      event.preventDefault();
      const isBack = event.key === "ArrowUp" || event.key === "ArrowLeft";
      return props.move(
        box.name,
        isBack ? -1 : 1,
        event.key === "ArrowLeft" || event.key === "ArrowRight",
      );
    }
    if (event.key === "Delete" || event.key === "Backspace") return props.remove(box.name);
    const next = neighbour(picture, box, event.key);
    if (!next) return;
    event.preventDefault();
    props.select(next.name);
    area.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(next.name)}"]`)?.focus();
  };
  const accept = (id: string, at: Parameters<Props["drop"]>[1]) => ({
    onDragOver: (event: React.DragEvent) => {
      if (!event.dataTransfer.types.includes(DATA)) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(id);
    },
    onDragLeave: () => setOver(null),
    onDrop: (event: React.DragEvent) => {
      const said = event.dataTransfer.getData(DATA);
      setOver(null);
      if (!said) return;
      event.preventDefault();
      event.stopPropagation();
      props.drop(JSON.parse(said) as Dropped, at);
    },
  });

  return (
    <div className="drawing">
      <div
        className="canvas"
        ref={area}
        role="group"
        aria-label="Canvas"
        aria-describedby="canvas-keys"
        data-over={over === ""}
        {...accept("", {})}
      >
        <p className="hidden" id="canvas-keys">
          Arrows go from step to step; with Alt they move the step: up and down in its list, right
          and left into branches and out. Delete removes it.
        </p>
        {picture.boxes.length === 0 && (
          <p className="dim hint">There are no steps yet: choose a type above, or drag it here.</p>
        )}
        <div className="sheet" style={{ width: picture.width, height: picture.height, zoom }}>
          {picture.boxes.filter((each) => each.height > 60).map((each) => (
            <div
              key={each.name}
              className="frame"
              style={{ left: each.x, top: each.y, width: each.width, height: each.height }}
            />
          ))}
          {picture.lanes.map((each) => (
            <div
              key={`${each.name}\n${each.branch}`}
              className="lane"
              data-over={over === `${each.name}\n${each.branch}`}
              style={{ left: each.x, top: each.y, width: each.width, height: each.height }}
              {...accept(`${each.name}\n${each.branch}`, { branch: [each.name, each.branch] })}
            >
              <span dir="auto">
                {byName.get(each.name)?.is_for_each ? "for each item" : each.branch}
              </span>
            </div>
          ))}
          <svg width={picture.width} height={picture.height} aria-hidden="true">
            <defs>
              {["next", "failure", "target"].map((kind) => (
                <marker
                  key={kind}
                  id={`tip-${kind}`}
                  className={kind}
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerWidth="7"
                  markerHeight="7"
                  orient="auto"
                >
                  <path d="M0 0 8 4 0 8z" />
                </marker>
              ))}
            </defs>
            {picture.lines.map((each, at) => (
              <path
                key={at}
                className={each.kind}
                d={curve(each.points)}
                markerEnd={`url(#tip-${each.kind})`}
              />
            ))}
          </svg>
          {picture.lines.filter((each) => each.kind !== "failure").map((each, at) => {
            const [x, y] = half(each.points);
            const id = `${each.from}\n${each.to}`;
            return (
              <div
                key={at}
                className="between"
                data-over={over === id}
                style={{ left: x - 60, top: y - 16 }}
                title="Drop a step here"
                {...accept(id, { after: each.from, before: each.to })}
              />
            );
          })}
          {picture.boxes.map((box) => {
            const node = byName.get(box.name)!;
            const wrong = troubles.get(box.name) ?? [];
            const worst = wrong.some((each) => each.severity === "error")
              ? "bad"
              : wrong.length
              ? "wait"
              : "";
            const trace = props.traces?.get(box.name);
            const kind = node.step_type.toLowerCase().replaceAll("_", " ");
            const said = [
              // In the order of what is seen, so that who speaks to the page can say what is seen.
              kind,
              node.is_final && "final",
              node.is_optional && "optional",
              node.has_condition && "if a condition holds",
              wrong.length > 0 && `${wrong.length} ${wrong.length === 1 ? "issue" : "issues"}`,
              trace && (OPEN.has(trace.status)
                ? "stops here, what if"
                : `what if: ${trace.status.toLowerCase()}`),
              node.branch && `in ${node.branch}`,
            ].filter(Boolean).join(", ");
            return (
              <button
                key={box.name}
                type="button"
                className={`node ${worst} ${props.traces ? (trace ? "taken" : "left") : ""}`}
                data-step={box.name}
                data-over={over === box.name}
                aria-pressed={props.selected === box.name}
                aria-label={`${box.name}, ${said}`}
                title={wrong[0]?.message ?? box.name}
                tabIndex={box.name === focusable ? 0 : -1}
                style={{ left: box.x, top: box.y, width: box.width }}
                onClick={() => props.select(box.name)}
                onDoubleClick={props.open}
                onKeyDown={(event) => key(event, box)}
                draggable
                onDragStart={(event) => drag(event, { step: box.name })}
                {...accept(box.name, { after: box.name })}
              >
                <span className="what" dir="auto">{box.name}</span>
                <span className="kind">
                  {SIGNS[node.step_type] ?? "·"} {kind}
                  {node.is_final ? " · final" : ""}
                  {node.is_optional ? " · optional" : ""}
                  {node.has_condition ? " · if" : ""}
                </span>
                {wrong.length > 0 && <span className={`badge ${worst}`}>{wrong.length}</span>}
                {trace && (
                  <span className={`trace ${TONES[trace.status] ?? "still"}`}>
                    {OPEN.has(trace.status) ? "stops here" : MARKS[trace.status] ?? "·"}
                    {trace.count > 1 ? ` ×${trace.count}` : ""}
                  </span>
                )}
              </button>
            );
          })}
        </div>
      </div>
      <div className="zoom" role="group" aria-label="Size of the canvas">
        <button
          type="button"
          aria-label="Smaller"
          disabled={zoom <= ZOOMS[0]!}
          onClick={() => setZoom(ZOOMS.findLast((each) => each < zoom) ?? zoom)}
        >
          −
        </button>
        <button
          type="button"
          aria-label="Larger"
          disabled={zoom >= 1}
          onClick={() => setZoom(ZOOMS.find((each) => each > zoom) ?? zoom)}
        >
          +
        </button>
      </div>
    </div>
  );
}

const ZOOMS = [0.25, 0.4, 0.6, 0.8, 1];

export const SIGNS: Record<string, string> = {
  AGENT_EXECUTION: "✦",
  DATA_TRANSFORM: "⇄",
  CONDITIONAL_BRANCH: "◇",
  PARALLEL_EXECUTION: "∥",
  WAIT_FOR_INPUT: "?",
  API_CALL: "↗",
  DATABASE_QUERY: "▤",
  MEMORY_SEARCH: "⌕",
  PROMPT_TEMPLATE: "¶",
  CUSTOM_FUNCTION: "{}",
};
const OPEN = new Set(["PENDING", "RUNNING", "WAITING", "PAUSED"]);
const TONES: Record<string, string> = {
  COMPLETED: "good",
  FAILED: "bad",
  TIMEOUT: "bad",
  SKIPPED: "still",
  RUNNING: "wait",
  WAITING: "wait",
  PENDING: "wait",
};
const MARKS: Record<string, string> = { COMPLETED: "✓", FAILED: "✕", TIMEOUT: "✕", SKIPPED: "↷" };

function curve(points: [number, number][]): string {
  let said = `M${points[0]!.join(" ")}`;
  for (let at = 1; at < points.length; at++) {
    const [[x, y], [tx, ty]] = [points[at - 1]!, points[at]!];
    const middle = (y + ty) / 2;
    const isBent = x !== tx && ty > y;
    said += isBent ? `C${x} ${middle} ${tx} ${middle} ${tx} ${ty}` : `L${tx} ${ty}`;
  }
  return said;
}

function half(points: [number, number][]): [number, number] {
  const [[x, y], [tx, ty]] = [points[0]!, points[1]!];
  return [(x + tx) / 2, (y + ty) / 2];
}

/** The nearest step in the direction of an arrow key. */
function neighbour(picture: Picture, box: Box, key: string): Box | null {
  const way: Record<string, [number, number]> = {
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
  };
  const [dx, dy] = way[key] ?? [0, 0];
  if (!dx && !dy) return null;
  const from = [box.x + Math.min(box.width, 200) / 2, box.y + 26];
  let best: [number, Box] | null = null;
  for (const other of picture.boxes) {
    const [x, y] = [other.x + Math.min(other.width, 200) / 2 - from[0]!, other.y + 26 - from[1]!];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (along <= 4 || (dx && aside > 40)) continue;
    const far = along + 2 * aside;
    if (!best || far < best[0]) best = [far, other];
  }
  return best?.[1] ?? null;
}
