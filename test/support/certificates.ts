// Real certificates of a test file's own, made by the program openssl, in a folder that goes when its tests have ended.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Paths of PEM files. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** A certificate for `names`: "DNS:engine.test", "IP:127.0.0.1". It serves for servers and for clients. */
  issue(commonName: string, names: readonly string[]): Pair;
}

export const pem = (path: string) => readFileSync(path, "utf8");

export function makeAuthority(commonName: string): Authority {
  const folder = scratch();
  const own = make(folder, ["-subj", `/CN=${commonName}`]);
  return {
    ...own,
    issue(name, names) {
      const signedBy = ["-CA", own.cert, "-CAkey", own.key];
      const extensions = [`subjectAltName=${names.join(",")}`, "basicConstraints=critical,CA:FALSE"];
      return make(folder, [
        ...["-subj", `/CN=${name}`],
        ...signedBy,
        ...extensions.flatMap((extension) => ["-addext", extension]),
      ]);
    },
  };
}

let made = 0;

function make(folder: string, args: readonly string[]): Pair {
  made += 1;
  const pair = { cert: join(folder, `${made}.crt`), key: join(folder, `${made}.key`) };
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  const output = ["-keyout", pair.key, "-out", pair.cert, "-days", "2", "-batch"];
  execFileSync("openssl", ["req", "-x509", "-nodes", ...curve, ...output, ...args], { stdio: "pipe" });
  // Postgres refuses a key that others can read.
  chmodSync(pair.key, 0o600);
  return pair;
}

let folder: string | undefined;
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

function scratch(): string {
  if (folder !== undefined) return folder;
  const created = mkdtempSync(join(tmpdir(), "simulation-certificates-"));
  folder = created;
  return created;
}
