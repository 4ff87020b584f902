// Programs for tests out of Debian's packages, unpacked into a cache of this project: nothing is installed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

export interface UnpackedProgram {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}

const caches = join(import.meta.dirname, "../../node_modules/.cache");

/** The program `path` (usr/bin/…) of an earlier unpacking; undefined: there is none. */
export function unpackedProgram(cache: string, path: string): UnpackedProgram | undefined {
  const home = join(caches, cache);
  const program = join(home, path);
  if (!existsSync(program)) return undefined;
  const libraries = readdirSync(join(home, "usr/lib"))
    .filter((one) => one.includes("-linux-"))
    .map((one) => join(home, "usr/lib", one));
  return { program, environment: { LD_LIBRARY_PATH: libraries.join(":") } };
}

/** Downloads and unpacks; throws `missing`, with the cause, where that cannot be done. */
export function unpackPackages(
  cache: string,
  path: string,
  packages: readonly string[],
  missing: string,
): UnpackedProgram {
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg-deb")) throw new Error(missing);
  const home = join(caches, cache);
  mkdirSync(dirname(home), { recursive: true });
  // Whole or not at all: two test runs may begin at once.
  const scratch = mkdtempSync(`${home}-`);
  try {
    const archives = join(scratch, "archives");
    mkdirSync(archives);
    download(archives, packages);
    for (const archive of readdirSync(archives)) {
      execFileSync("dpkg-deb", ["-x", join(archives, archive), scratch], { stdio: "pipe" });
    }
    moveTo(home, scratch);
  } catch (error) {
    throw new Error(`${missing} Downloading ${packages[0]} failed.`, { cause: error });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const found = unpackedProgram(cache, path);
  if (found === undefined) throw new Error(`${missing} The package ${packages[0]} brought no program.`);
  return found;
}

/** Another run may have been first: then what it brought is as good. */
function moveTo(home: string, scratch: string): void {
  try {
    renameSync(scratch, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  }
}

// The lists of packages may be absent on a new machine; only root may bring them.
function download(archives: string, packages: readonly string[]): void {
  const get = () => execFileSync("apt-get", ["download", ...packages], { cwd: archives, stdio: "pipe" });
  try {
    get();
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    execFileSync("apt-get", ["update"], { stdio: "pipe" });
    get();
  }
}
