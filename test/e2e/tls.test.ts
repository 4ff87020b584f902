// The whole service with every part behind TLS that asks for certificates, all by settings alone.
import { afterAll, expect, it } from "vitest";
import { startEngineChild } from "../../src/clients/engine/child.ts";
import { makeAuthority } from "../support/certificates.ts";
import { operation } from "../support/http.ts";
import { log } from "../support/rig.ts";
import { startSecuredPostgres, startSecuredRedis } from "../support/secured-servers.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";

afterAll(endServices);

const start = `mutation { startSimulation(input: { designId: "mm1", duration: 5, speed: 50 }) {
  ... on Simulation { id } ... on Error { message } } }`;
const read = "query ($id: ID!) { simulation(id: $id) { status } }";

it("a simulation runs where Postgres, Redis and the engine take certificates of one authority only", async () => {
  const authority = makeAuthority("authority");
  const here = authority.issue("server", ["IP:127.0.0.1", "DNS:engine.test"]);
  // Postgres takes the certificate for the user of its name.
  const ours = authority.issue("postgres", ["DNS:replica.test"]);
  const [postgres, redis, engine] = await Promise.all([
    startSecuredPostgres(here, authority, "hostssl all all 127.0.0.1/32 cert"),
    startSecuredRedis(here, authority, ["tls-auth-clients yes"]),
    startEngineChild(log, ["--tls-cert", here.cert, "--tls-key", here.key, "--client-ca", authority.cert]),
  ]);
  const identity = (part: string) => ({
    [`${part}_CA_FILE`]: authority.cert,
    [`${part}_CERT_FILE`]: ours.cert,
    [`${part}_KEY_FILE`]: ours.key,
  });
  await withDataFolder(async (dataDir) => {
    const env = {
      DATABASE_URL: postgres.url,
      REDIS_URL: `rediss://127.0.0.1:${redis.port}`,
      ENGINE_URL: `grpcs://${engine.address}`,
      ENGINE_SERVER_NAME: "engine.test",
      ...identity("DATABASE"),
      ...identity("REDIS"),
      ...identity("ENGINE"),
    };
    const service = await startService({ dataDir, env });
    const started = await operation(service.url, start);
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(started.data))?.[1];
    expect(id, JSON.stringify(started)).toBeDefined();
    const status = async () => (await operation(service.url, read, { id })).data;
    await expect.poll(status, { timeout: 60_000 }).toEqual({ simulation: { status: "COMPLETED" } });
    const ready = await (await fetch(`${service.url}/readyz`)).json();
    expect(ready).toMatchObject({ status: "ok" });
    service.kill("SIGTERM");
    expect(await service.exited).toBe(0);
  });
  await Promise.all([postgres.close(), redis.server.kill(), engine.close()]);
});

it("an engine on another machine in plain text is taken, and warned of", async () => {
  await withDataFolder(async (dataDir) => {
    // An address that nobody has: https://www.rfc-editor.org/rfc/rfc5737
    const env = { ENGINE_URL: "grpc://192.0.2.1:7000,grpc://127.0.0.1:1,grpcs://192.0.2.2:7000" };
    const service = await startService({ dataDir, env });
    const warned = service
      .log()
      .split("\n")
      .filter((line) => line.includes("in plain text"));
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain("192.0.2.1:7000");
    service.kill("SIGTERM");
    expect(await service.exited).toBe(0);
  });
});
