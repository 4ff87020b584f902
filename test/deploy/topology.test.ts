// The deployments as processes: what compose.yaml and the manifests start, with the very environment, command, secrets
// and proxy configuration that they say, on loopback.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import type { Program } from "../../cluster/programs.ts";
import { freePort } from "../support/free-port.ts";
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";
import { postJson, send } from "../support/http.ts";
import { type Backing, startBacking } from "./backing.ts";
import { type Container, endContainers, startContainer } from "./containers.ts";
import { startProxy } from "./haproxy.ts";
import { buildImage, type Image } from "./image.ts";
import { environmentOfPod, readCompose, readWorkloads } from "./manifests.ts";

/** Longer than it can take, ms. */
const until = { timeout: 30_000, interval: 50 };

let image: Image;
let backing: Backing;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  image = buildImage();
}, 300_000);
afterAll(() => image?.remove());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function begin(): Promise<void> {
  backing = await startBacking();
  ends.push(() => backing.close());
}

type Planned = Pick<Container, "name" | "args" | "environment">;

/** Starts all at once; answers their ports, by name. */
async function startAll(
  planned: readonly Planned[],
  places: ReadonlyMap<string, string>,
  ports: ReadonlyMap<string, number>,
): Promise<readonly Program[]> {
  const starts = planned.map(async (one) => {
    const port = ports.get(one.name) ?? 0;
    const program = await startContainer(image, { ...one, places, port, folder: backing.folder });
    ends.push(async () => {
      program.signal("SIGKILL");
      await program.exited;
    });
    return program;
  });
  const settled = await Promise.allSettled(starts);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return Promise.all(starts);
}

async function portsFor(names: readonly string[]): Promise<Map<string, number>> {
  const ports = new Map<string, number>();
  // One after the other: a port that was just found free could be found again.
  for (const name of names) ports.set(name, await freePort());
  return ports;
}

const operator = () => ({ authorization: `Bearer ${backing.token}` });

async function ask(url: string, query: string): Promise<Record<string, Record<string, unknown>>> {
  const { text } = await postJson(url, { query }, operator());
  const { data, errors }: { data?: Record<string, Record<string, unknown>>; errors?: unknown } =
    JSON.parse(text);
  if (data === undefined || errors !== undefined) throw new Error(text);
  return data;
}

/** Starts a simulation in one place and follows its whole log in another: dense, and to its end. */
async function runsOne(startAt: string, followAt: string): Promise<void> {
  const input = `{ designId: "mm1", duration: 30, speed: 0, seed: 1 }`;
  const { startSimulation } = await ask(
    startAt,
    `mutation { startSimulation(input: ${input}) { ... on Simulation { id } ... on Error { code message } } }`,
  );
  const id = String(startSimulation?.id);
  const client = await GraphQLWsClient.connect({ url: followAt, headers: operator() }, operator());
  const query = `subscription ($id: ID!) { simulationEvents(simulationId: $id, after: 0) {
    seq __typename ... on StatusChanged { status } } }`;
  client.subscribe("log", query, { id });
  await client.frame(({ type }) => type === "complete" || type === "error");
  const events = client.frames
    .filter(({ type }) => type === "next")
    .map(({ payload }) => Object(payload).data?.simulationEvents)
    .filter(({ __typename: name }) => name !== "StreamStateChanged");
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({ status: "COMPLETED" });
  await client.close();
}

it("compose.yaml is a service: any replica is ready, and a simulation is started and followed by the proxy", async () => {
  await begin();
  const { services, secrets } = readCompose();
  const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);
  const ports = await portsFor(ours.map(([name]) => name));
  const places = new Map([
    ...Object.entries(secrets).map(
      ([name, { file }]) =>
        [`/run/secrets/${name}`, join(backing.secrets, file.split("/").at(-1) ?? "")] as const,
    ),
    ...[...ports].map(([name, port]) => [`${name}:7000`, `127.0.0.1:${port}`] as const),
  ]);
  const planned = ours.map(([name, { command, environment }]) => {
    return { name, args: command ?? image.command, environment };
  });
  const programs = await startAll(planned, places, ports);
  const replicas = [...ports].filter(([name]) => name.startsWith("replica-"));
  for (const [, port] of replicas) {
    // Its engines are found within a moment after it is there.
    await vi.waitFor(async () => {
      const { text } = await send(`http://127.0.0.1:${port}/readyz`);
      expect(JSON.parse(text)).toMatchObject({ status: "ok" });
    }, until);
  }
  const proxy = await startProxy(await freePort(), new Map(replicas), backing.folder);
  ends.push(() => proxy.close());
  await runsOne(proxy.url, proxy.url);
  // Nothing is sticky, and who comes without a token is nobody.
  for (const [, port] of replicas) await runsOne(proxy.url, `http://127.0.0.1:${port}`);
  const { status } = await postJson(proxy.url, { query: "{ simulations { totalCount } }" });
  expect(status).toBe(401);
  expect(await endContainers(programs)).toEqual(programs.map(() => 0));
});

it("the manifests are a service: the roles are split, and api replicas follow what owners drive", async () => {
  await begin();
  const workloads = readWorkloads();
  const planned = workloads.flatMap((one) =>
    Array.from({ length: 2 }, (_, index) => ({
      name: `${one.metadata.name}-${index}`,
      args: one.spec.template.spec.containers[0].args,
      environment: environmentOfPod(one),
    })),
  );
  const ports = await portsFor(planned.map(({ name }) => name));
  const places = new Map([
    ["/run/secrets/simulation", backing.secrets],
    ["https://issuer.example/.well-known/jwks.json", await startIssuer()],
    ...[...ports].map(([name, port]) => [`${name}.engine:7000`, `127.0.0.1:${port}`] as const),
  ]);
  const programs = await startAll(planned, places, ports);
  for (const name of ["api-0", "api-1", "owner-0", "owner-1"])
    expect((await send(`http://127.0.0.1:${ports.get(name)}/readyz`)).status).toBe(200);
  await runsOne(`http://127.0.0.1:${ports.get("api-0")}`, `http://127.0.0.1:${ports.get("api-1")}`);
  expect((await send(`http://127.0.0.1:${ports.get("owner-0")}/graphql`)).status).toBe(404);
  expect(await endContainers(programs)).toEqual(programs.map(() => 0));
});

/** Publishes the key of the deployment as an issuer does; answers where. */
async function startIssuer(): Promise<string> {
  const key = createPublicKey(readFileSync(join(backing.secrets, "auth-public-key.pem"))).export({
    format: "jwk",
  });
  const issuer = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ keys: [{ ...key, alg: "ES256", use: "sig" }] }));
  });
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise((resolve) => issuer.close(resolve)));
  const address = issuer.address();
  if (address === null || typeof address === "string") throw new Error("No port for the issuer.");
  return `http://127.0.0.1:${address.port}/jwks.json`;
}
