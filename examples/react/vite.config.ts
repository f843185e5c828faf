import process from "node:process";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The page asks its own server, which knows the token and passes the calls on: no token in a page.
// In production this is a few lines of the app's own server.
const proxy = {
  "/v1": {
    target: process.env.PBDB_ADDRESS ?? "http://127.0.0.1:8080",
    changeOrigin: true,
    headers: { Authorization: `Bearer ${process.env.PBDB_TOKEN}` },
  },
};

export default defineConfig({
  plugins: [react()],
  server: { proxy },
  preview: { proxy },
});
