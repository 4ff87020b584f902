// The bus on what REDIS_URL may name beside one plain server: a Cluster, Sentinels, TLS.
import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { busContract, recorder } from "../memory/bus-contract.ts";
import { freePort } from "../support/free-port.ts";
import { type Sentinel, startSentinel } from "../support/redis-sentinel.ts";
import { type RedisServer, redisCommand, startRedis } from "../support/redis-server.ts";
import { busPair, noticeOf, until } from "./buses.ts";

const folder = mkdtempSync(join(tmpdir(), "simulation-redis-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a Cluster", () => {
  let node: RedisServer;
  let url: string;

  beforeAll(async () => {
    node = await startRedis([
      "cluster-enabled yes",
      `cluster-port ${await freePort()}`,
      "cluster-announce-ip 127.0.0.1",
      `dir ${folder}`,
    ]);
    url = `redis+cluster://127.0.0.1:${node.port}`;
    await node.command("CLUSTER ADDSLOTSRANGE 0 16383");
    await serves();
  });
  afterAll(() => node.kill());

  const serves = () =>
    vi.waitFor(async () => expect(await node.command("CLUSTER INFO")).toContain("cluster_state:ok"), until);

  busContract("carries notices", () => busPair(url));

  it("tells a gap when its listening connection was killed, and carries what is published from then on", async () => {
    const { bus, peer } = await busPair(url);
    const id = randomUUID();
    const heard = recorder();
    await bus.subscribe(id, heard);
    await node.command("CLIENT KILL TYPE pubsub");
    await vi.waitFor(() => expect(heard.gaps).toBeGreaterThan(0), until);
    await vi.waitFor(() => expect(bus.health().up).toBe(true), until);
    peer.publish(noticeOf(id, 1));
    await heard.until(1);
    await Promise.all([bus.close(), peer.close()]);
  });

  it("is down while it is away, subscribed to meanwhile, and told of as a gap when it is back", async () => {
    const { bus, peer } = await busPair(url);
    const [early, late] = [recorder(), recorder()];
    const id = randomUUID();
    await bus.subscribe(id, early);
    await node.kill();
    await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
    const subscribing = bus.subscribe(id, late);
    expect(() => peer.publish(noticeOf(id, 1))).not.toThrow();
    await node.start();
    await serves();
    await subscribing;
    await vi.waitFor(() => expect([bus.health().up, peer.health().up]).toEqual([true, true]), until);
    expect(early.gaps).toBeGreaterThan(0);
    peer.publish(noticeOf(id, 2));
    await Promise.all([early.until(1), late.until(1)]);
    await Promise.all([bus.close(), peer.close()]);
  });
});

describe("Sentinels", () => {
  let master: RedisServer;
  let replica: RedisServer;
  let sentinel: Sentinel;

  beforeAll(async () => {
    master = await startRedis();
    replica = await startRedis([`replicaof 127.0.0.1 ${master.port}`]);
    await vi.waitFor(
      async () => expect(await replica.command("INFO replication")).toContain("master_link_status:up"),
      until,
    );
    sentinel = await startSentinel(master.port);
    const known = () => redisCommand(sentinel.port, "SENTINEL REPLICAS main");
    await vi.waitFor(async () => expect(await known()).toContain(`127.0.0.1:${replica.port}`), until);
  });
  afterAll(() => Promise.all([sentinel.end(), master.kill(), replica.kill()]));

  it("lead to the master, and after its death to the next: a gap is told, and notices get through", async () => {
    const { bus, peer } = await busPair(`redis+sentinel://127.0.0.1:${sentinel.port}/main`);
    const id = randomUUID();
    const heard = recorder();
    await bus.subscribe(id, heard);
    peer.publish(noticeOf(id, 1));
    await heard.until(1);
    expect(await master.command("PUBSUB NUMPAT")).toMatch(/^:/);
    await master.kill();
    await vi.waitFor(() => expect(bus.health().up).toBe(false), until);
    const { gaps } = heard;
    await vi.waitFor(() => expect([bus.health().up, peer.health().up]).toEqual([true, true]), until);
    expect(heard.gaps).toBeGreaterThan(gaps);
    expect(await replica.command(`PUBSUB CHANNELS *simulation:${id}`)).toMatch(/^\*1/);
    peer.publish(noticeOf(id, 2));
    await heard.until(2);
    expect(heard.notices.map(({ simulation }) => simulation.lastSeq)).toEqual([1, 2]);
    await Promise.all([bus.close(), peer.close()]);
  });
});

describe("TLS", () => {
  let server: RedisServer;
  let url: string;
  const [authority, certificate, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(folder, name));

  beforeAll(async () => {
    openssl(`req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=authority
      -keyout ca-key.pem -out ca.pem`);
    openssl(`req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=redis -keyout key.pem
      -addext subjectAltName=IP:127.0.0.1 -out request.pem`);
    openssl(`x509 -req -in request.pem -days 1 -CA ca.pem -CAkey ca-key.pem -CAcreateserial
      -copy_extensions copy -out cert.pem`);
    chmodSync(folder, 0o700);
    const port = await freePort();
    server = await startRedis([
      `tls-port ${port}`,
      `tls-cert-file ${certificate}`,
      `tls-key-file ${key}`,
      `tls-ca-cert-file ${authority}`,
      "tls-auth-clients no",
    ]);
    url = `rediss://127.0.0.1:${port}`;
  });
  afterAll(() => server.kill());

  function openssl(args: string): void {
    execFileSync("openssl", args.split(/\s+/), { cwd: folder, stdio: "pipe" });
  }

  // The authorities of a process are read when it starts: each case is one of its own.
  async function notices(env: Record<string, string>): Promise<string> {
    const script = join(import.meta.dirname, "tls-client.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [script, url], {
      env: { PATH: process.env.PATH ?? "", ...env },
    });
    return stdout.trim();
  }

  it("carries notices where NODE_EXTRA_CA_CERTS names the authority", async () => {
    expect(await notices({ NODE_EXTRA_CA_CERTS: authority ?? "" })).toBe("carried");
  });

  it("is refused where nobody vouches for the server", async () => {
    expect(await notices({})).toMatch(/^down: .*certificate/i);
  });
});
