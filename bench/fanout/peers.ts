// The peers' packages are no dependencies of the service: they are installed when they are first measured.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const peersFolder = fileURLToPath(new URL("../peers", import.meta.url));

const modules = join(peersFolder, "node_modules");
/** What the installed packages were made of. */
const stamp = join(modules, ".installed-from");

export async function installPeers(told: (line: string) => void): Promise<void> {
  const lock = createHash("sha256")
    .update(readFileSync(join(peersFolder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  told("Installing what is measured against (npm ci --prefix bench/peers), once …");
  const npm = spawn("npm", ["ci", "--prefix", peersFolder, "--no-audit", "--no-fund"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    npm.once("error", reject);
    npm.once("exit", resolve);
  });
  if (code !== 0) throw new Error(`The peers' packages could not be installed: npm ended with ${code}.`);
  writeFileSync(stamp, lock);
}

/** "graphql-yoga 5.24.1, …": the versions that package.json names. */
export function peerVersions(): string {
  const named: unknown = JSON.parse(readFileSync(join(peersFolder, "package.json"), "utf8"));
  const text = JSON.stringify(named);
  return [...text.matchAll(/"((?:@[\w-]+\/)?[\w-]+)":"(\d[^"]*)"/g)]
    .map(([, name, version]) => `${name} ${version}`)
    .join(", ");
}

/** Native packages are made for some lines of Node: this one, or another one on PATH. Null: none of them. */
export function nodeThatLoads(name: string): { readonly path: string } | null {
  const others = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "node"));
  const found = [process.execPath, ...others]
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
  const program = `require(${JSON.stringify(name)})`;
  for (const path of new Set(found)) {
    const { status, stderr } = spawnSync(path, ["-e", program], { cwd: peersFolder, encoding: "utf8" });
    // It says so where it has nothing native for this Node, and is something else then.
    if (status === 0 && !stderr.includes("Falling back")) return { path };
  }
  return null;
}
