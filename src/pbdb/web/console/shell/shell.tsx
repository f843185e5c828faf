import type { Me } from "@pbdb/client";
import { useOverview, usePbdb } from "@pbdb/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { type Place, to, usePlace } from "../address.ts";
import { Dialog } from "../parts/ask.tsx";
import { useKeys } from "../parts/keys.ts";
import { Clock } from "../parts/time.tsx";
import { MeContext } from "./me.ts";
import { Screen, type Tab, TABS } from "./screens.tsx";
import { useSetting } from "./settings.ts";

const EVERY = 5000;

export function Shell({ me }: { me: Me }) {
  const place = usePlace();
  const search = useRef<HTMLInputElement>(null);
  const [isHelping, setHelping] = useState(false);
  const at = place.path[0] || "overview";
  useEffect(() => {
    const word = TABS.flat().find((each) => each.path === at)?.word;
    document.title = [place.path[1], word ?? at, "pbdb"].filter(Boolean).join(" · ");
  }, [at, place.path[1]]);
  useKeys({ "/": () => search.current?.focus(), "?": () => setHelping(true) });
  return (
    <MeContext value={me}>
      <Shown>
        {(controls) => (
          <>
            <a className="skip" href="#main" onClick={skip}>To the content</a>
            <div className="shell">
              <Rail at={at} scopes={me.scopes} />
              <header className="top">
                <Search input={search} place={place} />
                {controls}
                <SignOut me={me} />
              </header>
              <main id="main" tabIndex={-1}>
                <Screen path={place.path} />
              </main>
            </div>
            {isHelping && <Help close={() => setHelping(false)} />}
          </>
        )}
      </Shown>
    </MeContext>
  );
}

const skip = (event: React.MouseEvent) => {
  event.preventDefault();
  document.getElementById("main")?.focus();
};

/** Theme and zone, as this browser has them. */
function Shown({ children }: { children: (controls: ReactNode) => ReactNode }) {
  const [theme, setTheme] = useSetting<"auto" | "dark" | "light">("pbdb-theme", "auto");
  const [zone, setZone] = useSetting<"local" | "utc">("pbdb-zone", "local");
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const next = { auto: "dark", dark: "light", light: "auto" } as const;
  const signs = { auto: "◐", dark: "●", light: "○" };
  return (
    <Clock value={{ isUtc: zone === "utc", now }}>
      {children(
        <>
          <button
            type="button"
            onClick={() => setZone(zone === "utc" ? "local" : "utc")}
            aria-label={`Times: ${zone === "utc" ? "UTC" : "local"}`}
          >
            {zone === "utc" ? "UTC" : "Local"}
          </button>
          <button
            type="button"
            onClick={() => setTheme(next[theme])}
            aria-label={`Theme: ${theme}`}
          >
            <span aria-hidden="true">{signs[theme]}</span>
            <span className="word">{theme[0]!.toUpperCase() + theme.slice(1)}</span>
          </button>
        </>,
      )}
    </Clock>
  );
}

function Rail({ at, scopes }: { at: string; scopes: string[] }) {
  const stands = useOverview({ refetchInterval: EVERY });
  const counts: Record<string, number | undefined> = {
    inbox: stands.data?.waitingAnswers,
    "dead-letters": stands.data?.deadLetters,
  };
  return (
    <nav className="rail" aria-label="Screens">
      <b>pbdb</b>
      {TABS.map((group, place) => (
        <div key={place}>
          {group.filter((each) => !each.scope || scopes.includes(each.scope)).map((each) => (
            <Way key={each.path} tab={each} isHere={at === each.path} count={counts[each.path]} />
          ))}
        </div>
      ))}
    </nav>
  );
}

function Way({ tab, isHere, count }: { tab: Tab; isHere: boolean; count: number | undefined }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    // On a narrow screen the rail is a line that scrolls.
    if (isHere) link.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isHere]);
  return (
    <a ref={link} href={to(tab.path)} aria-current={isHere ? "page" : undefined}>
      {tab.word} {count ? <span className="num">{capped(count)}</span> : null}
    </a>
  );
}

const capped = (count: number) => count >= 1000 ? "1000+" : count;

function Search(props: { input: React.RefObject<HTMLInputElement | null>; place: Place }) {
  return (
    <form
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        location.hash = to("executions", { search: props.input.current!.value.trim() });
      }}
    >
      <input
        ref={props.input}
        type="search"
        aria-label="Find executions by name, id or key"
        placeholder="Find executions"
        title="By the beginning of a name, an id or an idempotency key. The key / leads here."
      />
    </form>
  );
}

function SignOut({ me }: { me: Me }) {
  const client = usePbdb();
  const queries = useQueryClient();
  const out = useMutation({
    mutationFn: () => client.session.end(),
    onSuccess: () => {
      queries.clear();
      location.hash = "#/";
      location.reload();
    },
  });
  return (
    <button
      type="button"
      onClick={() => out.mutate()}
      title={`${me.actor ?? "somebody"}, organization ${me.organizationId}`}
    >
      Sign out
    </button>
  );
}

const KEYS: [string, string][] = [
  ["/", "find executions"],
  ["j, k", "next, previous"],
  ["Enter", "open, or send an answer"],
  ["x", "select a row"],
  ["?", "this"],
];

function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <dl className="facts">
        {KEYS.map(([key, word]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{word}</dd>
          </div>
        ))}
      </dl>
      <p className="row end">
        <button type="button" onClick={close}>Close</button>
      </p>
    </Dialog>
  );
}
