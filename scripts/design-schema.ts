// Publishes the design format as JSON Schema: `node scripts/design-schema.ts` writes designs/design.schema.json;
// with --check it writes nothing and exits 1 when that file is stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { designSchema } from "../src/core/design/design.ts";

const file = fileURLToPath(new URL("../designs/design.schema.json", import.meta.url));

function published(): string {
  const schema = z.toJSONSchema(designSchema, { io: "input", reused: "ref" });
  const title = "Design of a software architecture, version 1";
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
}

const wanted = published();
if (!process.argv.includes("--check")) {
  await writeFile(file, wanted);
} else if ((await readFile(file, "utf8").catch(() => "")) !== wanted) {
  process.stderr.write("designs/design.schema.json is stale: run node scripts/design-schema.ts\n");
  process.exitCode = 1;
}
