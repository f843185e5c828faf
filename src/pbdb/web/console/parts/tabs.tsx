import { type KeyboardEvent, type ReactNode, useId } from "react";

/** Tabs as ARIA has them: arrows go from one to the other, Tab leads into the panel. */
export function Tabs<T extends string>(props: {
  label: string;
  tabs: readonly (readonly [T, ReactNode])[];
  at: T;
  go: (tab: T) => void;
  children: ReactNode;
}) {
  const id = useId();
  const key = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = props.tabs.findIndex(([each]) => each === props.at);
    const [next] = props.tabs[(at + by + props.tabs.length) % props.tabs.length]!;
    props.go(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={props.label} onKeyDown={key}>
        {props.tabs.map(([tab, word]) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`${id}-${tab}`}
            aria-controls={`${id}-panel`}
            aria-selected={props.at === tab}
            tabIndex={props.at === tab ? 0 : -1}
            onClick={() => props.go(tab)}
          >
            {word}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${props.at}`}>
        {props.children}
      </div>
    </>
  );
}
