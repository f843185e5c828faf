import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here("./console"),
  // Relative: the server may be below any path of a proxy.
  base: "./",
  plugins: [react()],
  resolve: {
    alias: {
      "@pbdb/client": here("./client/mod.ts"),
      "@pbdb/react": here("./react/mod.ts"),
    },
    dedupe: ["react", "react-dom", "@tanstack/react-query"],
  },
  build: { outDir: here("./static"), emptyOutDir: true },
});
