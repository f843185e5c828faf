// A session of a browser: a cookie that no script reads, instead of a token in the page.

import type { Caller, CallOptions } from "./call.ts";
import { camelRow } from "./columns.ts";
import type { Me } from "./client.ts";

export class Session {
  constructor(private readonly caller: Caller) {}

  /** Sign in with a token, or with the code of a link that `pbdb serve` printed: good once. */
  async begin(credential: { token: string } | { code: string }, options?: CallOptions) {
    const answer = await this.caller.send("POST", "v1/session", credential, false, options);
    return camelRow<Me>(await answer.json());
  }

  /** Sign out. */
  async end(options?: CallOptions): Promise<void> {
    await this.caller.send("DELETE", "v1/session", undefined, false, options);
  }
}
