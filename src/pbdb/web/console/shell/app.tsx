import { type Me, type PbdbClient, PbdbError } from "@pbdb/client";
import { pbdbKeys, usePbdb } from "@pbdb/react";
import { useQuery } from "@tanstack/react-query";

import { Trouble, Waiting } from "../parts/trouble.tsx";
import { Login } from "./login.tsx";
import { Shell } from "./shell.tsx";

const login = /^#login=([\w-]+)$/.exec(location.hash)?.[1];
// The code is worth nothing after one use, but it need not stand in the history either.
if (login) history.replaceState(null, "", "#/");
let signedIn: Promise<Me> | null = null;

function me(client: PbdbClient): Promise<Me> {
  if (!login) return client.me();
  signedIn ??= client.session.begin({ code: login });
  return signedIn.then(() => client.me());
}

export function App() {
  const client = usePbdb();
  const who = useQuery({ queryKey: pbdbKeys.me, queryFn: () => me(client), staleTime: Infinity });
  if (who.data) return <Shell me={who.data} />;
  if (who.isPending) {
    return (
      <main>
        <Waiting />
      </main>
    );
  }
  if (PbdbError.is(who.error) && who.error.status === 401) {
    return <Login said={login ? who.error : null} />;
  }
  return (
    <main>
      <Trouble error={who.error} />
    </main>
  );
}
