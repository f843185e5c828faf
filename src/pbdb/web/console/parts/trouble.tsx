import { PbdbError } from "@pbdb/client";
import type { ReactNode } from "react";

import { Copy } from "./copy.tsx";

/** What went wrong: what, what to do, and what to tell somebody who can look into the log. */
export function Trouble({ error }: { error: unknown }) {
  if (!error) return null;
  const known = PbdbError.is(error) ? error : null;
  const places = known?.errors.filter((each) => each.message) ?? [];
  return (
    <div className="trouble" role="alert">
      <strong dir="auto">{said(error)}</strong>
      {known?.details && places.length === 0 && <pre className="text">{known.details}</pre>}
      {places.length > 0 && (
        <ul>
          {places.slice(0, 20).map((each, at) => (
            <li key={at}>{each.path && <code>{each.path}</code>} {each.message}</li>
          ))}
        </ul>
      )}
      {known?.hint && <p dir="auto">{known.hint}</p>}
      {known && known.status > 0 && (
        <p className="dim row">
          <span>
            {known.code}
            {known.requestId && (
              <>
                {" "}· request <code>{known.requestId}</code>
              </>
            )}
          </span>
          {known.requestId && <Copy text={known.requestId} of="the request id" />}
        </p>
      )}
    </div>
  );
}

function said(error: unknown): string {
  if (!PbdbError.is(error)) return error instanceof Error ? error.message : String(error);
  if (error.code === "NETWORK") return "The server cannot be reached. Trying again.";
  if (error.status === 503) return `${error.message}. Trying again.`;
  return error.message;
}

/** What would be here, and what makes it. */
export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>;
}

export function Waiting({ rows = 4 }: { rows?: number }) {
  return (
    <div className="waiting" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, at) => <i key={at} />)}
    </div>
  );
}
