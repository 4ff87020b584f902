// Real servers that speak TLS, with certificates of a test file's own.
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll } from "vitest";
import { type Postgres, startPostgres } from "../../cluster/postgres.ts";
import type { Authority, Pair } from "./certificates.ts";
import { freePort } from "./free-port.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

/**
 * Postgres with `pair`. `access` is a line of pg_hba.conf; client certificates are those of `authority`, as far as it
 * asks for them.
 */
export function startSecuredPostgres(pair: Pair, authority: Authority, access: string): Promise<Postgres> {
  const accessFile = join(scratch(), `${basename(pair.cert)}.hba`);
  writeFileSync(accessFile, `${access}\n`);
  return startPostgres([
    "ssl=on",
    `ssl_cert_file=${readable(pair.cert)}`,
    `ssl_key_file=${readable(pair.key)}`,
    `ssl_ca_file=${readable(authority.cert)}`,
    `hba_file=${accessFile}`,
  ]);
}

/** Redis on a port of plain text, which the tests' own commands need, and `port` for TLS. */
export async function startSecuredRedis(
  pair: Pair,
  authority: Authority,
  settings: readonly string[],
): Promise<{ server: RedisServer; port: number }> {
  const port = await freePort();
  const server = await startRedis([
    `tls-port ${port}`,
    `tls-cert-file ${pair.cert}`,
    `tls-key-file ${pair.key}`,
    `tls-ca-cert-file ${authority.cert}`,
    ...settings,
  ]);
  return { server, port };
}

/** A copy that Postgres may read, whose user is not this one where this one is root. */
function readable(path: string): string {
  const copy = join(scratch(), basename(path));
  copyFileSync(path, copy);
  chmodSync(copy, 0o600);
  if (process.getuid?.() === 0) chownSync(copy, 65_534, 65_534);
  return copy;
}

let folder: string | undefined;
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

function scratch(): string {
  if (folder !== undefined) return folder;
  const created = mkdtempSync(join(tmpdir(), "simulation-secured-"));
  chmodSync(created, 0o755);
  folder = created;
  return created;
}
