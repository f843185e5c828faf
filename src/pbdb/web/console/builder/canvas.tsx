import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";

import { type Box, layout } from "../graph/layout.ts";
import { neighbour, Sheet } from "../graph/sheet.tsx";
import { Zoom } from "../graph/zoom.tsx";
import type { Checked, Issue } from "./check.ts";
import { acceptor, type Dropped, type DropPlace } from "./drag.ts";
import { StepNode, type Trace } from "./step_node.tsx";

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
  drop: (what: Dropped, at: DropPlace) => void;
}

export function Canvas(props: Props) {
  const { nodes, edges } = props.checked;
  const picture = useMemo(
    () =>
      layout(
        nodes.map((each) => ({
          name: each.stepName,
          parent: each.parentStepName ?? null,
          branch: each.branch ?? null,
        })),
        edges.filter((each) => each.kind !== "branch").map((each) => ({
          from: each.fromStepName,
          to: each.toStepName,
          kind: each.kind,
        })),
      ),
    [nodes, edges],
  );
  const area = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(1);
  const [over, setOver] = useState<string | null>(null);
  const byName = useMemo(() => new Map(nodes.map((each) => [each.stepName, each])), [nodes]);
  const troubles = useMemo(() => byStep(props.issues), [props.issues]);
  const focusable = props.selected && byName.has(props.selected)
    ? props.selected
    : nodes[0]?.stepName;
  const drawn = (name: string) =>
    area.current?.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"]`);

  useEffect(() => {
    if (props.selected) {
      drawn(props.selected)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }, [props.selected, picture]);

  const key = (event: KeyboardEvent, box: Box) => {
    if (event.altKey && event.key.startsWith("Arrow")) {
      event.preventDefault();
      const isBack = event.key === "ArrowUp" || event.key === "ArrowLeft";
      const isAside = event.key === "ArrowLeft" || event.key === "ArrowRight";
      return props.move(box.name, isBack ? -1 : 1, isAside);
    }
    if (event.key === "Delete" || event.key === "Backspace") return props.remove(box.name);
    const next = neighbour(picture, box, event.key);
    if (!next) return;
    event.preventDefault();
    props.select(next.name);
    drawn(next.name)?.focus();
  };
  const accept = <E extends HTMLElement>(id: string, at: DropPlace) =>
    acceptor<E>((isOver) => setOver(isOver ? id : null), (what) => props.drop(what, at));

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
          <p className="dim hint">
            There are no steps yet: choose a type above, or drag it here.
          </p>
        )}
        <Sheet
          picture={picture}
          zoom={zoom}
          laneName={(lane) => byName.get(lane.name)?.isForEach ? "for each item" : lane.branch}
          lane={(lane) => {
            const id = `${lane.name}\n${lane.branch}`;
            return {
              "data-over": over === id,
              ...accept(id, { branch: [lane.name, lane.branch] }),
            };
          }}
          node={(box) => (
            <StepNode
              key={box.name}
              box={box}
              node={byName.get(box.name)!}
              issues={troubles.get(box.name) ?? []}
              isTraced={props.traces !== null}
              trace={props.traces?.get(box.name)}
              isSelected={props.selected === box.name}
              isFocusable={box.name === focusable}
              isOver={over === box.name}
              select={() => props.select(box.name)}
              open={props.open}
              onKeyDown={(event) => key(event, box)}
              accept={accept(box.name, { after: box.name })}
            />
          )}
        >
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
        </Sheet>
      </div>
      <Zoom zoom={zoom} set={setZoom} />
    </div>
  );
}

function byStep(issues: Issue[]): Map<string, Issue[]> {
  const found = new Map<string, Issue[]>();
  for (const each of issues) {
    if (!each.stepName) continue;
    found.set(each.stepName, [...(found.get(each.stepName) ?? []), each]);
  }
  return found;
}

function half(points: [number, number][]): [number, number] {
  const [[x, y], [tx, ty]] = [points[0]!, points[1]!];
  return [(x + tx) / 2, (y + ty) / 2];
}
