import { useEffect, useRef, useState } from "react";

const PAUSE = 5000;

/** Says what is new to who listens instead of looking, at most once in five seconds. */
export function Announce({ text }: { text: string }) {
  const [said, say] = useState("");
  const last = useRef(0);
  useEffect(() => {
    const rest = Math.max(0, last.current + PAUSE - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      say(text);
    }, rest);
    return () => clearTimeout(timer);
  }, [text]);
  return <p className="hidden" aria-live="polite">{said}</p>;
}
