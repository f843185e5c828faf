// What a person has chosen for this browser.

import { useState } from "react";

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function useSetting<T extends string>(key: string, first: T): [T, (value: T) => void] {
  const [value, set] = useState(() => (stored(key) ?? first) as T);
  return [value, (next) => {
    set(next);
    try {
      localStorage.setItem(key, next);
    } catch { /* for this page only, then */ }
  }];
}
