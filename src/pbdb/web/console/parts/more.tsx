import { useEffect, useState } from "react";

interface Pages {
  data: readonly unknown[] | undefined;
  hasNextPage: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** The next page. A refresh that comes in between takes the answer away, so it is asked for again. */
export function More({ found, word = "More" }: { found: Pages; word?: string }) {
  const count = found.data?.length ?? 0;
  const [wanted, want] = useState(0);
  const { hasNextPage, isFetching, fetchNextPage } = found;
  useEffect(() => {
    if (wanted > count && hasNextPage && !isFetching) void fetchNextPage();
  }, [wanted, count, hasNextPage, isFetching, fetchNextPage]);
  if (!hasNextPage) return null;
  return (
    <p className="more">
      <button type="button" disabled={wanted > count} onClick={() => want(count + 1)}>
        {wanted > count ? "Loading…" : word}
      </button>
    </p>
  );
}
