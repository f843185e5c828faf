// What is dragged over the canvas: a type of step from the palette, or a step.

import type { DragEvent, HTMLAttributes } from "react";

export type Dropped = { type: string } | { step: string };

/** On a step, on the way between two, into a branch, or beside all. */
export interface DropPlace {
  before?: string;
  after?: string;
  branch?: [string, string];
}

const DATA = "application/x-pbdb-step";

export function drag(event: DragEvent, what: Dropped) {
  event.dataTransfer.setData(DATA, JSON.stringify(what));
  event.dataTransfer.effectAllowed = "copyMove";
}

/** What makes an element a place to drop at. `over` is told that something is above it, or left. */
export function acceptor<E extends HTMLElement>(
  over: (isOver: boolean) => void,
  drop: (what: Dropped) => void,
): HTMLAttributes<E> {
  return {
    onDragOver: (event) => {
      if (!event.dataTransfer.types.includes(DATA)) return;
      event.preventDefault();
      event.stopPropagation();
      over(true);
    },
    onDragLeave: () => over(false),
    onDrop: (event) => {
      const said = event.dataTransfer.getData(DATA);
      over(false);
      if (!said) return;
      event.preventDefault();
      event.stopPropagation();
      drop(JSON.parse(said) as Dropped);
    },
  };
}
