import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";

// Tests start real servers and processes, and the machine may have two cores: few workers, generous limits.
export default defineConfig({
  // Sources and libraries must share one copy of graphql, whose classes are compared: the one that Node resolves.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve("graphql") }] },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/postgres-server.ts"],
    setupFiles: ["test/support/property-seed.ts", "test/support/as-read.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default"],
  },
});
