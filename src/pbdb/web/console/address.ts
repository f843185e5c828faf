// Where one is stands in the address, behind `#`: every state can be sent as a link, and works
// below any path of a proxy.

import { useMemo, useSyncExternalStore } from "react";

export interface Place {
  path: string[];
  said: URLSearchParams;
}

const subscribe = (told: () => void) => {
  addEventListener("hashchange", told);
  return () => removeEventListener("hashchange", told);
};

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => {
    const [path = "", said = ""] = hash.replace(/^#\/?/, "").split("?");
    return { path: path.split("/").map(decodeURIComponent), said: new URLSearchParams(said) };
  }, [hash]);
}

export function to(path: string, said: Record<string, string | string[] | undefined> = {}) {
  const values = new URLSearchParams();
  for (const [key, value] of Object.entries(said)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each) values.append(key, each);
  }
  const text = values.toString();
  return `#/${path}${text && `?${text}`}`;
}

/** The same place with other values; none takes a key away. */
export function change(place: Place, said: Record<string, string | string[] | undefined>) {
  const values: Record<string, string | string[] | undefined> = {};
  for (const key of place.said.keys()) values[key] = place.said.getAll(key);
  location.hash = to(place.path.map(encodeURIComponent).join("/"), { ...values, ...said });
}
