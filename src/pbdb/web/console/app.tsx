import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, lazy, Suspense, useEffect, useRef, useState } from "react";

import { to, usePlace } from "./address.ts";
import { call, type DeadLetter, type InboxItem, type Page, Problem } from "./api.ts";
import { useKeys } from "./parts/keys.ts";
import { Clock } from "./parts/time.tsx";
import { Empty, Trouble, Waiting } from "./parts/trouble.tsx";
import { DeadLetters } from "./screens/dead_letters.tsx";
import { ExecutionPage } from "./screens/execution/page.tsx";
import { Executions } from "./screens/executions.tsx";
import { Inbox } from "./screens/inbox.tsx";
import { PlaybookPage, Playbooks } from "./screens/playbooks.tsx";

// The editor weighs more than all the rest: it comes when somebody edits.
const Builder = lazy(() => import("./builder/builder.tsx"));

interface Me {
  actor: string;
  organization_id: string;
  scopes: string[];
}

const login = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
// The code is worth nothing after one use, but it need not stand in the history either.
if (login) history.replaceState(null, "", "#/executions");
let signedIn: Promise<Me> | null = null;
const me = () => {
  if (!login) return call<Me>("GET", "/me");
  signedIn ??= call<Me>("POST", "/session", { code: login });
  return signedIn.then(() => call<Me>("GET", "/me"));
};

export function App() {
  const who = useQuery({ queryKey: ["me"], queryFn: me, staleTime: Infinity });
  if (who.isPending) {
    return (
      <main>
        <Waiting />
      </main>
    );
  }
  if (who.error instanceof Problem && who.error.status === 401) {
    return <Login said={login ? who.error : null} />;
  }
  if (who.error) {
    return (
      <main>
        <Trouble error={who.error} />
      </main>
    );
  }
  return <Shell me={who.data} />;
}

function Login({ said }: { said: Problem | null }) {
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const [error, setError] = useState<unknown>(said);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    call<Me>("POST", "/session", { token: token.trim() })
      .then((me) => queries.setQueryData(["me"], me))
      .catch(setError);
  };
  return (
    <main className="login card">
      <h1>pbdb</h1>
      <p>
        Open the link that <code>pbdb serve</code> printed at start, or sign in with a token.
      </p>
      <Trouble error={error} />
      <form onSubmit={submit}>
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.target.value)}
          required
        />
        <button type="submit" className="main">Sign in</button>
      </form>
    </main>
  );
}

const TABS: [string, string][] = [
  ["executions", "Executions"],
  ["inbox", "Inbox"],
  ["dead-letters", "Dead letters"],
  ["playbooks", "Playbooks"],
];

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function useSetting(key: string, first: string): [string, (value: string) => void] {
  const [value, set] = useState(() => stored(key) ?? first);
  return [value, (next) => {
    set(next);
    try {
      localStorage.setItem(key, next);
    } catch { /* for this page only, then */ }
  }];
}

function Shell({ me }: { me: Me }) {
  const place = usePlace();
  const queries = useQueryClient();
  const search = useRef<HTMLInputElement>(null);
  const keys = useRef<HTMLDialogElement>(null);
  const [theme, setTheme] = useSetting("pbdb-theme", "auto");
  const [zone, setZone] = useSetting("pbdb-zone", "local");
  const [now, setNow] = useState(Date.now());
  const at = place.path[0] || "executions";

  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    document.title = `${TABS.find(([key]) => key === at)?.[1] ?? at} · pbdb`;
  }, [at]);
  useKeys({ "/": () => search.current?.focus(), "?": () => keys.current?.showModal() });

  const inbox = useQuery({
    queryKey: ["inbox", "count"],
    refetchInterval: 5000,
    queryFn: () => call<Page<InboxItem>>("GET", "/inbox?limit=100"),
  });
  const dead = useQuery({
    queryKey: ["dead-letters", "count"],
    refetchInterval: 15000,
    queryFn: () => call<Page<DeadLetter>>("GET", "/dead-letters?limit=100"),
  });
  const count = (page?: Page<unknown>) =>
    page?.items.length ? `${page.items.length}${page.next ? "+" : ""}` : "";
  const counts: Record<string, string> = {
    inbox: count(inbox.data),
    "dead-letters": count(dead.data),
  };
  const out = () =>
    void call("DELETE", "/session").then(() => {
      queries.clear();
      location.reload();
    });

  return (
    <Clock value={{ isUtc: zone === "utc", now }}>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        To the content
      </a>
      <div className="shell">
        <nav className="rail" aria-label="Screens">
          <b>pbdb</b>
          {TABS.map(([key, word]) => (
            <a key={key} href={to(key)} aria-current={at === key ? "page" : undefined}>
              {word} {counts[key] && <span className="num">{counts[key]}</span>}
            </a>
          ))}
        </nav>
        <header className="top">
          <form
            role="search"
            onSubmit={(event) => {
              event.preventDefault();
              location.hash = to("executions", { search: search.current!.value.trim() });
            }}
          >
            <input
              ref={search}
              aria-label="Find executions by name, id or key"
              placeholder="Find executions  ( / )"
            />
          </form>
          <button
            type="button"
            onClick={() => setZone(zone === "utc" ? "local" : "utc")}
            aria-label={`Times: ${zone === "utc" ? "UTC" : "local"}`}
          >
            {zone === "utc" ? "UTC" : "Local"}
          </button>
          <button
            type="button"
            onClick={() =>
              setTheme(theme === "auto" ? "dark" : theme === "dark" ? "light" : "auto")}
            aria-label={`Theme: ${theme}`}
          >
            {theme === "auto" ? "◐ Auto" : theme === "dark" ? "● Dark" : "○ Light"}
          </button>
          <button
            type="button"
            onClick={out}
            title={`${me.actor}, organization ${me.organization_id}`}
          >
            Sign out
          </button>
        </header>
        <main id="main" tabIndex={-1}>
          <Screen path={place.path} />
        </main>
      </div>
      <dialog ref={keys} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl className="facts">
          <dt>/</dt>
          <dd>find executions</dd>
          <dt>j, k</dt>
          <dd>next, previous</dd>
          <dt>Enter</dt>
          <dd>open, or send an answer</dd>
          <dt>x</dt>
          <dd>select a row</dd>
          <dt>?</dt>
          <dd>this</dd>
        </dl>
        <p className="row end">
          <button type="button" onClick={() => keys.current?.close()}>Close</button>
        </p>
      </dialog>
    </Clock>
  );
}

function Screen({ path }: { path: string[] }) {
  const [name = "", part, verb] = path;
  if (name === "" || name === "executions") {
    return part ? <ExecutionPage key={part} id={part} /> : <Executions />;
  }
  if (name === "inbox") return <Inbox />;
  if (name === "dead-letters") return <DeadLetters />;
  if (name === "playbooks" && part && verb === "edit") {
    return (
      <Suspense fallback={<Waiting />}>
        <Builder key={part} name={part} />
      </Suspense>
    );
  }
  if (name === "playbooks") return part ? <PlaybookPage key={part} name={part} /> : <Playbooks />;
  return (
    <Empty>
      There is no such page. <a href={to("executions")}>Executions</a>
    </Empty>
  );
}
