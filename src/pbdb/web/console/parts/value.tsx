const MOST = 200_000;

/** Any value as text, never as markup; a long one is cut and says so. */
export function Value({ value, label }: { value: unknown; label?: string }) {
  if (value === null || value === undefined) return <p className="dim">nothing</p>;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <div className="value">
      <pre className="text" tabIndex={0} dir="auto" role="group" aria-label={label ?? "Value"}>
        {text.slice(0, MOST)}
      </pre>
      {text.length > MOST && (
        <p className="dim">
          cut: {MOST.toLocaleString()} of {text.length.toLocaleString()} characters
        </p>
      )}
    </div>
  );
}
