import { type ReactNode, useId } from "react";

interface Props {
  label: string;
  help?: string | undefined;
  wrong?: string | undefined;
  children: (
    given: { id: string; "aria-describedby": string; "aria-invalid": boolean },
  ) => ReactNode;
}

/** A labelled field of a form that is written by hand. */
export function Labelled({ label, help, wrong, children }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": `${id}-help`, "aria-invalid": wrong !== undefined })}
      <p id={`${id}-help`} className={wrong ? "wrong small" : "dim small"}>{wrong ?? help}</p>
    </div>
  );
}

/** Text as JSON; undefined when it is none. Empty text is `nothing`. */
export function jsonOf<T>(text: string, nothing: T): T | undefined {
  if (text.trim() === "") return nothing;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
