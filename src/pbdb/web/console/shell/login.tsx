import type { PbdbError } from "@pbdb/client";
import { pbdbKeys, usePbdb } from "@pbdb/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { Trouble } from "../parts/trouble.tsx";

export function Login({ said }: { said: PbdbError | null }) {
  const client = usePbdb();
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const begin = useMutation({
    mutationFn: () => client.session.begin({ token: token.trim() }),
    onSuccess: (me) => queries.setQueryData(pbdbKeys.me, me),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate();
  };
  return (
    <main className="login card">
      <h1>pbdb</h1>
      <p>
        Open the link that <code>pbdb serve</code> printed at start, or sign in with a token.
      </p>
      <Trouble error={begin.error ?? said} />
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
        <button type="submit" className="main" disabled={begin.isPending}>
          {begin.isPending ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </main>
  );
}
