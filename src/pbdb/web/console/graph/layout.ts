// Where the steps of a playbook stand on a canvas. Control never leaves the list that it is in, so
// each list is laid out by itself, innermost first: a step with branches is a box around theirs.

export interface Node {
  name: string;
  parent: string | null;
  branch: string | null;
}
export interface Edge {
  from: string;
  to: string;
  kind: string;
}
export interface Box {
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface Lane extends Box {
  branch: string;
}
export interface Line extends Edge {
  points: [number, number][];
}
export interface Picture {
  boxes: Box[];
  lanes: Lane[];
  lines: Line[];
  width: number;
  height: number;
}

const WIDTH = 200;
const HEIGHT = 52;
const GAP = 28;
const LAYER = 44;
const PADDING = 14;
const THREAD = 14;
const MOST_ACROSS = 4;

export function layout(nodes: Node[], edges: Edge[]): Picture {
  const children = new Map<string | null, Node[]>();
  const known = new Set(nodes.map((each) => each.name));
  for (const each of nodes) {
    const parent = each.parent !== null && known.has(each.parent) ? each.parent : null;
    children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  return scope(children.get(null) ?? [], edges, (node) => inside(node, children, edges));
}

/** What a step holds, as a picture of its own; null for an ordinary step. */
function inside(node: Node, children: Map<string | null, Node[]>, edges: Edge[]): Picture | null {
  const held = children.get(node.name);
  if (!held) return null;
  const branches = new Map<string, Node[]>();
  for (const each of held) {
    const branch = each.branch ?? "";
    branches.set(branch, [...(branches.get(branch) ?? []), each]);
  }
  const whole: Picture = { boxes: [], lanes: [], lines: [], width: 0, height: HEIGHT };
  // Forty branches in one row would be wider than any screen: they stand in rows of their own.
  const across = branches.size <= MOST_ACROSS
    ? branches.size
    : Math.max(MOST_ACROSS, Math.ceil(Math.sqrt(branches.size)));
  let row: Lane[] = [];
  let x = PADDING;
  for (const [branch, steps] of branches) {
    if (row.length === across) {
      [row, x] = [[], PADDING];
    }
    const y = row[0]?.y ?? whole.height;
    const one = scope(steps, edges, (inner) => inside(inner, children, edges));
    add(whole, one, x + PADDING, y + PADDING + 18);
    const lane = {
      name: node.name,
      branch,
      x,
      y,
      width: one.width + 2 * PADDING,
      height: one.height + 2 * PADDING + 18,
    };
    row.push(lane);
    whole.lanes.push(lane);
    x += lane.width + PADDING;
    whole.width = Math.max(whole.width, x);
    const height = Math.max(...row.map((each) => each.height));
    for (const each of row) each.height = height;
    whole.height = y + height + PADDING;
  }
  return whole;
}

function add(whole: Picture, part: Picture, x: number, y: number) {
  const moved = <T extends Box>(box: T): T => ({ ...box, x: box.x + x, y: box.y + y });
  whole.boxes.push(...part.boxes.map(moved));
  whole.lanes.push(...part.lanes.map(moved));
  for (const line of part.lines) {
    const points = line.points.map(([px, py]): [number, number] => [px + x, py + y]);
    whole.lines.push({ ...line, points });
  }
}

interface Place {
  width: number;
  height: number;
  layer: number;
  x: number;
  y: number;
  /** What it is joined to in the layer above and below. */
  up: Place[];
  down: Place[];
}

function scope(nodes: Node[], edges: Edge[], held: (node: Node) => Picture | null): Picture {
  const names = new Set(nodes.map((each) => each.name));
  const own = edges.filter((each) => names.has(each.from) && names.has(each.to));
  const layers = layersOf(nodes, own);
  const inner = new Map(nodes.map((each) => [each.name, held(each)]));
  const rows: Place[][] = [];
  const place = (layer: number, width: number, height: number): Place => {
    const made = { width, height, layer, x: 0, y: 0, up: [], down: [] };
    (rows[layer] ??= []).push(made);
    return made;
  };
  const places = new Map(nodes.map((each) => {
    const picture = inner.get(each.name);
    const width = Math.max(WIDTH, picture?.width ?? 0);
    return [each.name, place(layers.get(each.name)!, width, picture?.height ?? HEIGHT)];
  }));
  const threads = own.map((edge) => thread(edge, places, place));
  arrange(rows);

  const whole: Picture = { boxes: [], lanes: [], lines: [], width: 0, height: 0 };
  let y = 0;
  for (const row of rows) {
    const height = Math.max(...row.map((each) => each.height));
    for (const each of row) each.y = y;
    y += height + LAYER;
  }
  whole.height = Math.max(0, y - LAYER);
  const left = Math.min(...rows.flat().map((each) => each.x), 0);
  for (const each of rows.flat()) {
    each.x -= left;
    whole.width = Math.max(whole.width, each.x + each.width);
  }
  for (const each of nodes) {
    const at = places.get(each.name)!;
    const picture = inner.get(each.name);
    whole.boxes.push({ name: each.name, x: at.x, y: at.y, width: at.width, height: at.height });
    if (picture) add(whole, picture, at.x, at.y);
  }
  for (const [at, edge] of own.entries()) {
    whole.lines.push({ ...edge, points: route(threads[at]!, rows, whole) });
  }
  return whole;
}

/** The longest way from a beginning; an edge that closes a circle does not count. */
function layersOf(nodes: Node[], edges: Edge[]): Map<string, number> {
  const next = new Map<string, string[]>();
  for (const each of edges) next.set(each.from, [...(next.get(each.from) ?? []), each.to]);
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const back = new Set<string>();
  for (const { name } of nodes) {
    // With a stack of its own: 300 steps in a row are deeper than some stacks.
    const stack: [string, number][] = state.has(name) ? [] : [[name, 0]];
    if (stack.length) state.set(name, "open");
    while (stack.length) {
      const top = stack[stack.length - 1]!;
      const to = next.get(top[0])?.[top[1]++];
      if (to === undefined) {
        state.set(top[0], "done");
        order.push(top[0]);
        stack.pop();
      } else if (!state.has(to)) {
        state.set(to, "open");
        stack.push([to, 0]);
      } else if (state.get(to) === "open") back.add(`${top[0]}\n${to}`);
    }
  }
  const layers = new Map(nodes.map((each) => [each.name, 0]));
  for (const name of order.reverse()) {
    for (const to of next.get(name) ?? []) {
      if (back.has(`${name}\n${to}`)) continue;
      layers.set(to, Math.max(layers.get(to)!, layers.get(name)! + 1));
    }
  }
  return layers;
}

/** The places that an edge goes through; one that leads up or stays has none between its ends. */
function thread(
  edge: Edge,
  places: Map<string, Place>,
  place: (layer: number, width: number, height: number) => Place,
): Place[] {
  const [from, to] = [places.get(edge.from)!, places.get(edge.to)!];
  const way = [from];
  for (let layer = from.layer + 1; layer < to.layer; layer++) way.push(place(layer, THREAD, 0));
  way.push(to);
  if (to.layer > from.layer) {
    for (let at = 1; at < way.length; at++) {
      way[at - 1]!.down.push(way[at]!);
      way[at]!.up.push(way[at - 1]!);
    }
  }
  return way;
}

/** Each row in the order of what it hangs from, and as near to that as its neighbours let it. */
function arrange(rows: Place[][]) {
  const middle = (place: Place) => place.x + place.width / 2;
  const mean = (places: Place[]) =>
    places.reduce((sum, each) => sum + middle(each), 0) / places.length;
  for (const row of rows) pack(row, () => 0);
  for (let sweep = 0; sweep < 6; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const row of isDown ? rows : [...rows].reverse()) {
      const wish = (place: Place) => {
        const near = isDown ? place.up : place.down;
        return near.length ? mean(near) : middle(place);
      };
      const wishes = new Map(row.map((each) => [each, wish(each)]));
      row.sort((a, b) => wishes.get(a)! - wishes.get(b)!);
      pack(row, (each) => wishes.get(each)! - each.width / 2);
    }
  }
}

function pack(row: Place[], wish: (place: Place) => number) {
  let edge = -Infinity;
  let shift = 0;
  for (const each of row) {
    const wished = wish(each);
    each.x = Math.max(wished, edge);
    shift += each.x - wished;
    edge = each.x + each.width + GAP;
  }
  // What was pushed to the right is pulled back by half, so that a row stays under its middle.
  for (const each of row) each.x -= shift / row.length;
}

function route(way: Place[], rows: Place[][], whole: Picture): [number, number][] {
  const [from, to] = [way[0]!, way[way.length - 1]!];
  const middle = (place: Place) => place.x + place.width / 2;
  if (to.layer > from.layer) {
    const points: [number, number][] = [[middle(from), from.y + from.height]];
    for (const each of way.slice(1, -1)) {
      const height = Math.max(...rows[each.layer]!.map((other) => other.height));
      points.push([middle(each), each.y], [middle(each), each.y + height]);
    }
    points.push([middle(to), to.y]);
    return points;
  }
  // Back up: around the right side.
  const right = Math.max(
    ...rows.slice(to.layer, from.layer + 1).flat().map((each) => each.x + each.width),
  ) + GAP / 2;
  whole.width = Math.max(whole.width, right + 4);
  const [start, end] = [
    from.y + Math.min(HEIGHT, from.height) / 2 + 8,
    to.y + Math.min(HEIGHT, to.height) / 2 - 8,
  ];
  return [[from.x + from.width, start], [right, start], [right, end], [to.x + to.width, end]];
}
