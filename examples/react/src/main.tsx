import { createClient } from "@pbdb/client";
import { PbdbProvider } from "@pbdb/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app";

// No address: the page's own server passes the calls on.
const client = createClient();
const queries = new QueryClient();

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <PbdbProvider client={client}>
        <App />
      </PbdbProvider>
    </QueryClientProvider>
  </StrictMode>,
);
