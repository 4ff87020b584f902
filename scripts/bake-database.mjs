// Makes an empty database once, after `npm install`, so that the first start of the service unpacks a copy in a
// moment instead of waiting for initdb. Plain JavaScript: npm may run it on a Node that runs nothing else here.
// The service works without the copy, so nothing that goes wrong may fail the installation.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

try {
  const pglite = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const { version } = JSON.parse(readFileSync(join(pglite, "../package.json"), "utf8"));
  const folder = join(pglite, "../../../.cache/simulation-service");
  const target = join(folder, `pglite-${version}.tar.gz`);
  if (!existsSync(target)) await bake(folder, target);
} catch (error) {
  process.stdout.write(`No database was baked (the first start takes longer): ${error?.message ?? error}\n`);
}
process.exit(0);

async function bake(folder, target) {
  const { PGlite } = await import("@electric-sql/pglite");
  const database = await PGlite.create();
  const dump = await database.dumpDataDir("gzip");
  await database.close();
  mkdirSync(folder, { recursive: true });
  // Whole or not at all, also when two installations do it at once.
  const beside = `${target}.${process.pid}`;
  writeFileSync(beside, Buffer.from(await dump.arrayBuffer()));
  renameSync(beside, target);
}
