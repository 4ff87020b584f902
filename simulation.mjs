#!/usr/bin/env node
// The command line (`npx simulation --help`), on a Node that can run its sources.
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

process.argv.splice(1, 1, here("launch.mjs"), here("src/cli/main.ts"));
await import("./launch.mjs");
