// What a picture of steps is drawn of: frames around what a step holds, a lane for each branch,
// the ways between steps, and the steps themselves, which the caller draws.

import "./graph.css";

import type { CSSProperties, HTMLAttributes, ReactNode } from "react";

import type { Box, Lane, Line, Picture } from "./layout.ts";

interface Props {
  picture: Picture;
  zoom: number;
  laneName: (lane: Lane) => ReactNode;
  lane?: (lane: Lane) => HTMLAttributes<HTMLDivElement> & Record<`data-${string}`, unknown>;
  lineClass?: (line: Line) => string;
  node: (box: Box) => ReactNode;
  children?: ReactNode;
}

const KINDS = ["next", "failure", "target"];
const TIPS = [...KINDS, "taken", "taken-failure"];

export function Sheet(props: Props) {
  const { picture, zoom } = props;
  return (
    <div className="sheet" style={{ width: picture.width, height: picture.height, zoom }}>
      {picture.boxes.filter((each) => each.height > 60).map((each) => (
        <div key={each.name} className="frame" style={placed(each)} />
      ))}
      {picture.lanes.map((each) => (
        <div
          key={`${each.name}\n${each.branch}`}
          className="lane"
          style={placed(each)}
          {...props.lane?.(each)}
        >
          <span dir="auto">{props.laneName(each)}</span>
        </div>
      ))}
      <svg width={picture.width} height={picture.height} aria-hidden="true">
        <defs>
          {TIPS.map((kind) => (
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
        {picture.lines.map((each, at) => {
          const more = props.lineClass?.(each) ?? "";
          const tip = more === "taken"
            ? (each.kind === "failure" ? "taken-failure" : more)
            : each.kind;
          return (
            <path
              key={at}
              className={`${each.kind} ${more}`}
              d={curve(each.points)}
              markerEnd={`url(#tip-${tip})`}
            />
          );
        })}
      </svg>
      {props.children}
      {picture.boxes.map(props.node)}
    </div>
  );
}

function placed({ x, y, width, height }: Box): CSSProperties {
  return { left: x, top: y, width, height };
}

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

/** The nearest step in the direction of an arrow key. */
export function neighbour(picture: Picture, box: Box, key: string): Box | null {
  const ways: Record<string, [number, number]> = {
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
  };
  const [dx, dy] = ways[key] ?? [0, 0];
  if (!dx && !dy) return null;
  const from = [box.x + Math.min(box.width, 200) / 2, box.y + 26];
  let best: [number, Box] | null = null;
  for (const other of picture.boxes) {
    const [x, y] = [
      other.x + Math.min(other.width, 200) / 2 - from[0]!,
      other.y + 26 - from[1]!,
    ];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (along <= 4 || (dx && aside > 40)) continue;
    const far = along + 2 * aside;
    if (!best || far < best[0]) best = [far, other];
  }
  return best?.[1] ?? null;
}
