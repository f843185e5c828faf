const ZOOMS = [0.25, 0.4, 0.6, 0.8, 1];

/** Buttons that make a picture smaller and larger. */
export function Zoom({ zoom, set }: { zoom: number; set: (zoom: number) => void }) {
  return (
    <div className="zoom" role="group" aria-label="Size of the picture">
      <button
        type="button"
        aria-label="Smaller"
        disabled={zoom <= ZOOMS[0]!}
        onClick={() => set(ZOOMS.findLast((each) => each < zoom - 0.01) ?? zoom)}
      >
        −
      </button>
      <button
        type="button"
        aria-label="Larger"
        disabled={zoom >= 1}
        onClick={() => set(ZOOMS.find((each) => each > zoom + 0.01) ?? zoom)}
      >
        +
      </button>
    </div>
  );
}

/** How large a picture is shown at first: as wide as there is room, but not too small to read. */
export function fitting(width: number, room: number): number {
  return Math.min(1, Math.max(ZOOMS[3]!, room / width));
}
