// Writes schema.graphql; with --check it only says whether the file is current (exit code 1: it is not).
import { readFileSync, writeFileSync } from "node:fs";
import { schemaText } from "../src/graphql/schema.ts";

const file = new URL("../schema.graphql", import.meta.url);

if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== schemaText()) {
    process.stderr.write("schema.graphql is stale: run `node scripts/print-schema.ts`.\n");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, schemaText());
}
