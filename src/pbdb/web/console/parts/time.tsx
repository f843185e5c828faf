import { createContext, useContext } from "react";

export const Clock = createContext({ isUtc: false, now: Date.now() });

const WEEK = 7 * 86400;

/** A moment, in words while it is near; whole when one points at it. */
export function Time({ at }: { at: string | null | undefined }) {
  const { isUtc, now } = useContext(Clock);
  if (!at) return <span className="dim">–</span>;
  const whole = moment(at, isUtc);
  const seconds = (now - Date.parse(at)) / 1000;
  const words = Math.abs(seconds) >= WEEK
    ? whole
    : seconds < 0
    ? `in ${span(-seconds * 1000)}`
    : seconds < 5
    ? "now"
    : `${span(seconds * 1000)} ago`;
  return <time dateTime={at} title={whole}>{words}</time>;
}

/** A moment in the zone that was chosen. */
export function moment(at: string | number, isUtc: boolean): string {
  const said = new Date(at).toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "medium",
    ...(isUtc ? { timeZone: "UTC" } : {}),
  });
  return isUtc ? `${said} UTC` : said;
}

export function span(ms: number | null | undefined): string {
  if (ms == null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 10 ? s.toFixed(1) : Math.floor(s)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.round(s / 86400)} d`;
}
