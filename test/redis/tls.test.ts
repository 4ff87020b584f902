// The bus over TLS to a real Redis: whom it believes, and what it shows of itself.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { TlsIdentity } from "../../src/core/ports/tls.ts";
import { createRedisBus } from "../../src/redis/bus.ts";
import { recorder } from "../memory/bus-contract.ts";
import { makeAuthority, type Pair, pem } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { silent } from "../support/postgres.ts";
import { startSecuredRedis } from "../support/secured-servers.ts";
import { noticeOf, until } from "./buses.ts";

const authority = makeAuthority("authority");
const stranger = makeAuthority("another authority");
const here = authority.issue("redis", ["IP:127.0.0.1"]);
const ca = pem(authority.cert);
const shown = ({ cert, key }: Pair): TlsIdentity => ({ ca, cert: pem(cert), key: pem(key) });

const startSecured = (pair: Pair, ...settings: string[]) => startSecuredRedis(pair, authority, settings);

/** "carries notices", or why not. */
async function busOn(url: string, tls: TlsIdentity): Promise<string> {
  const common = {
    installation: randomUUID(),
    replica: randomUUID(),
    living: async () => new Set<string>(),
    log: silent,
  };
  const bus = createRedisBus({ url, tls, ...common });
  try {
    const health = await vi.waitFor(() => {
      const said = bus.health();
      if (!said.up && said.reason?.startsWith("Redis: ") !== true) throw new Error("It has not tried yet.");
      return said;
    }, until);
    if (!health.up) return health.reason ?? "";
    const id = randomUUID();
    const heard = recorder();
    await bus.subscribe(id, heard);
    bus.publish(noticeOf(id, 1));
    await heard.until(1);
    return "carries notices";
  } finally {
    await bus.close();
  }
}

describe("Redis with a certificate", () => {
  let redis: Awaited<ReturnType<typeof startSecured>>;
  let url: string;
  beforeAll(async () => {
    redis = await startSecured(here, "tls-auth-clients no");
    url = `rediss://127.0.0.1:${redis.port}`;
  });
  afterAll(() => redis.server.kill());

  it("carries notices for whoever believes its authority", async () => {
    expect(await busOn(url, { ca })).toBe("carries notices");
  });

  it("is down, with the reason, for whoever believes another", async () => {
    expect(await busOn(url, { ca: pem(stranger.cert) })).toMatch(/^Redis: .*(certificate|signature)/i);
    expect(await busOn(url, {})).toMatch(/^Redis: .*certificate/i);
  });
});

it("a certificate of another host is refused", async () => {
  const redis = await startSecured(authority.issue("redis", ["DNS:redis.test"]), "tls-auth-clients no");
  expect(await busOn(`rediss://127.0.0.1:${redis.port}`, { ca })).toMatch(/^Redis: .*127\.0\.0\.1/);
  await redis.server.kill();
});

it("Redis that asks for certificates takes a client of its authority only", async () => {
  const redis = await startSecured(here, "tls-auth-clients yes");
  const url = `rediss://127.0.0.1:${redis.port}`;
  const client = authority.issue("replica", ["DNS:replica.test"]);
  expect(await busOn(url, shown(client))).toBe("carries notices");
  expect(await busOn(url, { ca })).toMatch(/^Redis: /);
  expect(await busOn(url, shown(stranger.issue("replica", ["DNS:replica.test"])))).toMatch(/^Redis: /);
  await redis.server.kill();
});

it("a Cluster is spoken to in the same way, by the connection that listens as well", async () => {
  const cluster = [
    "tls-auth-clients yes",
    "tls-cluster yes",
    "cluster-enabled yes",
    `cluster-port ${await freePort()}`,
    "cluster-announce-ip 127.0.0.1",
    `cluster-config-file nodes-${randomUUID()}.conf`,
  ];
  const { server, port } = await startSecured(here, ...cluster);
  await server.command("CLUSTER ADDSLOTSRANGE 0 16383");
  await vi.waitFor(
    async () => expect(await server.command("CLUSTER INFO")).toContain("cluster_state:ok"),
    until,
  );
  const url = `rediss+cluster://127.0.0.1:${port}`;
  const client = authority.issue("replica", ["DNS:replica.test"]);
  expect(await busOn(url, shown(client))).toBe("carries notices");
  expect(await busOn(url, { ca: pem(stranger.cert) })).toMatch(/^Redis: /);
  await server.kill();
});
