import { type GraphEdge, type Picture as Live } from "@pbdb/client";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import { type Box, layout, type Picture } from "../../graph/layout.ts";
import { neighbour, Sheet } from "../../graph/sheet.tsx";
import { SIGNS } from "../../graph/signs.ts";
import { fitting, Zoom } from "../../graph/zoom.tsx";
import { signOf, toneOf, wordOf } from "../../parts/status.tsx";
import { isGone, type Standing, ways } from "./state.ts";

interface Props {
  name: string;
  standing: Map<string, Standing>;
  edges: GraphEdge[];
  live: Live | undefined;
  isOver: boolean;
  selected: string | undefined;
  select: (step: string) => void;
}

const ROOM = 36;

/** The whole playbook, with how each of its steps stands and which ways were gone. */
export function Graph(props: Props) {
  const { standing, edges } = props;
  const picture = usePicture(standing, edges);
  const gone = useMemo(() => ways(edges, standing, props.live), [edges, standing, props.live]);
  const area = useRef<HTMLDivElement>(null);
  const [chosen, setZoom] = useState<number | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    watch.observe(area.current!);
    return () => watch.disconnect();
  }, []);
  const zoom = chosen ?? (width ? fitting(picture.width, width - ROOM) : 1);
  const drawn = (name: string) =>
    area.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"]`);
  const shown = props.selected ?? "";
  useEffect(() => reveal(area.current!, drawn(shown)), [
    shown,
    zoom,
    picture,
    width > 0,
    Math.round(width / 100),
  ]);
  const key = (event: KeyboardEvent, box: Box) => {
    const next = neighbour(picture, box, event.key);
    if (!next) return;
    event.preventDefault();
    props.select(next.name);
    drawn(next.name)?.focus();
  };
  const focusable = standing.has(shown) ? shown : picture.boxes[0]?.name;
  return (
    <div className="drawing">
      <div className="canvas" ref={area} role="group" aria-label={`Graph of ${props.name}`}>
        <Sheet
          picture={picture}
          zoom={zoom}
          laneName={(lane) =>
            standing.get(lane.name)?.node.isForEach ? "for each item" : lane.branch}
          lineClass={(line) => isGone(gone, line) ? "taken" : "untaken"}
          node={(box) => (
            <Node
              key={box.name}
              box={box}
              standing={standing.get(box.name)!}
              isOver={props.isOver}
              isSelected={box.name === shown}
              isFocusable={box.name === focusable}
              select={() => props.select(box.name)}
              onKeyDown={(event) => key(event, box)}
            />
          )}
        />
      </div>
      <Zoom zoom={zoom} set={setZoom} />
    </div>
  );
}

/** Steps keep their places while the execution goes on: only the playbook decides them. */
function usePicture(standing: Map<string, Standing>, edges: GraphEdge[]): Picture {
  const names = [...standing.keys()].join("\n");
  return useMemo(() =>
    layout(
      [...standing.values()].map(({ node }) => ({
        name: node.stepName,
        parent: node.parentStepName ?? null,
        branch: node.branch ?? null,
      })),
      edges.filter((each) => each.kind !== "branch")
        .map((each) => ({ from: each.fromStepName, to: each.toStepName, kind: each.kind })),
    ), [names, edges]);
}

/** Scroll the picture, and only that, until the step is seen. */
function reveal(area: HTMLElement, step: HTMLElement | null | undefined) {
  if (!step) return;
  const [around, it] = [area.getBoundingClientRect(), step.getBoundingClientRect()];
  const height = Math.min(it.height, 60);
  if (it.top < around.top || it.top + height > around.bottom) {
    area.scrollTop += it.top + height / 2 - (around.top + around.height / 2);
  }
  if (it.left < around.left || it.left + Math.min(it.width, 200) > around.right) {
    area.scrollLeft += it.left + Math.min(it.width, 200) / 2 - (around.left + around.width / 2);
  }
}

function Node(props: {
  box: Box;
  standing: Standing;
  isOver: boolean;
  isSelected: boolean;
  isFocusable: boolean;
  select: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}) {
  const { box, standing } = props;
  const { node, status, note } = standing;
  const word = status ? wordOf(status) : props.isOver ? "Not reached" : "Planned";
  const kind = node.stepType.toLowerCase().replaceAll("_", " ");
  const tone = status ? toneOf(status) : "planned";
  const isCounted = standing.isEach || node.stepType === "PARALLEL_EXECUTION";
  const said = isCounted && note ? note : [word, note].filter(Boolean).join(" · ");
  return (
    <button
      type="button"
      className={`node run ${tone}`}
      data-step={box.name}
      aria-pressed={props.isSelected}
      aria-label={`${box.name}, ${said}, ${kind}`}
      title={`${box.name}\n${said}`}
      tabIndex={props.isFocusable ? 0 : -1}
      style={{ left: box.x, top: box.y, width: box.width }}
      onClick={props.select}
      onKeyDown={props.onKeyDown}
    >
      <span className="what" dir="auto">{box.name}</span>
      <span className="kind">
        <span className="sign">{signOf(status)}</span> {said}
        <span className="type">{SIGNS[node.stepType] ?? ""}</span>
      </span>
      {standing.share !== undefined && (
        <span className="share">
          <i style={{ width: `${100 * standing.share}%` }} />
        </span>
      )}
    </button>
  );
}
