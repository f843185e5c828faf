import { createClient, PbdbError } from "@pbdb/client";
import { PbdbProvider } from "@pbdb/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./shell/app.tsx";
import "./theme.css";
import "./parts/parts.css";
import "./parts/table.css";
import "./shell/shell.css";

// Relative addresses: the server may be below any path of a proxy.
const client = createClient();
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1000,
      // What was refused is refused again; only an absent server or database is asked once more.
      retry: (count, error) => count < 5 && (!PbdbError.is(error) || error.isTransient),
    },
  },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <PbdbProvider client={client}>
        <App />
      </PbdbProvider>
    </QueryClientProvider>
  </StrictMode>,
);
