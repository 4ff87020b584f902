// The command line against a service that wants to know who asks.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Api } from "../../src/cli/api.ts";
import { ShowDocument } from "../../src/cli/gql/graphql.ts";
import { stream } from "../../src/cli/stream.ts";
import { type TokenSource, tokenSource } from "../../src/cli/token.ts";
import { developmentViewer } from "../../src/core/viewer.ts";
import { type Api as Service, startApi } from "../server/api.ts";
import { identityBy } from "../support/identities.ts";
import { changedTo, simulationOf } from "../support/simulations.ts";

let service: Service;
let folder: string;
const id = "00000000-0000-7000-8000-000000000001";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulation-token-"));
  service = await startApi({
    identity: identityBy((token) => (token === "good" ? developmentViewer : null)),
  });
  service.store.add(simulationOf(id));
  service.say(id, [changedTo("COMPLETED")], { status: "COMPLETED" });
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

const { signal } = new AbortController();
const asked = (token: TokenSource) => new Api(service.url, signal, 10, token).ask(ShowDocument, { id });

async function followed(token: TokenSource): Promise<string[]> {
  const types: string[] = [];
  for await (const event of stream({ url: service.url, token, id, after: 0, signal, silentMs: 10_000 }))
    types.push(event.__typename);
  return types;
}

it("a token of the environment, or of a file that is read anew, lets both questions and streams in", async () => {
  const file = join(folder, "token");
  const [text, inFile] = [
    tokenSource({ SIMULATION_TOKEN: "good" }),
    tokenSource({ SIMULATION_TOKEN_FILE: file }),
  ];
  await writeFile(file, "old\n");
  await expect(asked(inFile)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(followed(inFile)).rejects.toMatchObject({ code: "CLOSED_4403" });
  await writeFile(file, "good\n");
  for (const token of [text, inFile]) {
    expect(await asked(token)).toMatchObject({ simulation: { id } });
    expect(await followed(token)).toContain("StatusChanged");
  }
});

it("without one nothing is shown, and the service refuses", async () => {
  await expect(asked(tokenSource({ SIMULATION_TOKEN: "" }))).rejects.toMatchObject({
    code: "UNAUTHENTICATED",
  });
});

it("what is no token is told without a word of it", async () => {
  const wrong = [
    { SIMULATION_TOKEN: "Bearer secret" },
    { SIMULATION_TOKEN: "secret\r\nX-Other: 1" },
    { SIMULATION_TOKEN: "secret", SIMULATION_TOKEN_FILE: "secret" },
    { SIMULATION_TOKEN_FILE: join(folder, "none") },
  ];
  for (const given of wrong) {
    const error = await tokenSource(given)().then(
      () => new Error("It was taken: secret"),
      (refusal: Error) => refusal,
    );
    expect(error.name).toBe("UsageError");
    expect(error.message).not.toContain("secret");
    await expect(followed(tokenSource(given))).rejects.toThrow(error.message);
  }
});
