// The files of the embedded database. A new database is made in a folder beside and put in place by a rename,
// so that `pgdata` is whole or is not there, whenever the process dies.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import type { Log } from "../core/ports/log.ts";
import { unpackTar } from "./tar.ts";

/** The folder to open, made if need be: from the baked copy in a moment, else by initdb in some seconds. */
export async function dataFolder(dataDir: string, log: Log, baked = bakedDatabase()): Promise<string> {
  const folder = join(dataDir, "pgdata");
  if (existsSync(folder)) return folder;
  const beside = join(dataDir, "pgdata.new");
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  if (!unpackBaked(baked, beside, log)) {
    log.info({ folder }, "Making a new database; this takes a few seconds.");
    const fresh = await PGlite.create({ dataDir: beside });
    await fresh.close();
  }
  renameSync(beside, folder);
  return folder;
}

/** What scripts/bake-database.mjs has left; the name tells the version that can read it. */
export function bakedDatabase(): string {
  const pglite = dirname(fileURLToPath(import.meta.resolve("@electric-sql/pglite")));
  const { version }: { version: string } = JSON.parse(readFileSync(join(pglite, "../package.json"), "utf8"));
  return join(pglite, "../../../.cache/simulation-service", `pglite-${version}.tar.gz`);
}

function unpackBaked(baked: string, folder: string, log: Log): boolean {
  try {
    if (!existsSync(baked)) return false;
    for (const { path, content } of unpackTar(gunzipSync(readFileSync(baked)))) {
      const target = join(folder, path);
      if (content === null) mkdirSync(target, { recursive: true });
      else writeFileSync(target, content);
    }
    return true;
  } catch (error) {
    log.warn({ err: error }, "The baked database cannot be used.");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return false;
  }
}
