// Where one is stands in the address, behind `#`: every state can be sent as a link, and works
// below any path of a proxy.

import { useMemo, useSyncExternalStore } from "react";

export interface Place {
  path: string[];
  said: URLSearchParams;
}

/** Values of an address; what is empty or undefined is left out. */
export type Said = Record<string, string | string[] | undefined>;

const subscribe = (told: () => void) => {
  addEventListener("hashchange", told);
  return () => removeEventListener("hashchange", told);
};

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => {
    const [path = "", said = ""] = hash.replace(/^#\/?/, "").split("?");
    return { path: path.split("/").map(decoded), said: new URLSearchParams(said) };
  }, [hash]);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place. Parts of a path that may hold anything are encoded by the caller. */
export function to(path: string, said: Said = {}): string {
  const values = new URLSearchParams();
  for (const [key, value] of Object.entries(said)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each) values.append(key, each);
  }
  const text = values.toString();
  return `#/${path}${text && `?${text}`}`;
}

/** The same place with other values, as an address; none takes a key away. */
export function changed(place: Place, said: Said): string {
  const values: Said = {};
  for (const key of place.said.keys()) values[key] = place.said.getAll(key);
  return to(place.path.map(encodeURIComponent).join("/"), { ...values, ...said });
}

/** Go to the same place with other values; `isTyped`: without a step for each key in the history. */
export function change(place: Place, said: Said, isTyped = false) {
  const address = changed(place, said);
  if (isTyped) location.replace(address);
  else location.hash = address;
}

export const playbookAt = (name: string, said?: Said) =>
  to(`playbooks/${encodeURIComponent(name)}`, said);
export const executionAt = (id: string, said?: Said) => to(`executions/${id}`, said);
