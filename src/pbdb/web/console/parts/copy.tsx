import { useState } from "react";

export function Copy({ text, of }: { text: string; of: string }) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <button
      type="button"
      className="quiet"
      aria-label={`Copy ${of}`}
      onClick={() => void copy().catch(() => {})}
    >
      {isDone ? "copied" : "copy"}
    </button>
  );
}
