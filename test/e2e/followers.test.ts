// Outside clients of the real program, each joining in its own way, see one and the same log.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start } from "../support/api.ts";
import { operation, send } from "../support/http.ts";
import { LogClient, type SeenEvent } from "../support/log-client.ts";
import {
  endServices,
  type ServiceProcess,
  startService,
  withDataFolder,
} from "../support/service-process.ts";

let service: ServiceProcess;
let done: () => void = () => {};
let folder: Promise<void>;

beforeAll(async () => {
  await new Promise<void>((resolve, reject) => {
    folder = withDataFolder(async (dataDir) => {
      service = await startService({ dataDir });
      resolve();
      await new Promise<void>((end) => {
        done = end;
      });
      service.kill("SIGTERM");
      await service.exited;
    });
    folder.catch(reject);
  });
});

afterAll(async () => {
  done();
  await folder;
  await endServices();
});

const dense = (events: readonly SeenEvent[], from = 1) => events.map((_, index) => from + index);
const seqs = (events: readonly SeenEvent[]) => events.map(({ seq }) => seq);

describe("clients of one run of online-boutique", () => {
  it("that join before, during and after it, from the beginning, the middle or now, see the same", async () => {
    const { id } = await start(service.url, {
      designId: "online-boutique",
      duration: 60,
      speed: 10,
      seed: 5,
    });
    const first = new LogClient(id);
    const following = [first.follow(service.url, 0)];
    await first.until(({ lastSeq }) => lastSeq >= 20);

    const during = new LogClient(id);
    const middle = new LogClient(id);
    const now = new LogClient(id);
    following.push(
      during.follow(service.url, 0),
      middle.follow(service.url, 10),
      now.follow(service.url, null),
    );
    expect(await Promise.all(following)).toEqual(following.map(() => "completed"));

    const late = new LogClient(id);
    const lateMiddle = new LogClient(id);
    expect(await late.follow(service.url, 0)).toBe("completed");
    expect(await lateMiddle.follow(service.url, 30)).toBe("completed");

    expect(seqs(first.events)).toEqual(dense(first.events));
    expect(first.events.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "COMPLETED" });
    expect(during.events).toEqual(first.events);
    expect(late.events).toEqual(first.events);
    expect(middle.events).toEqual(first.events.slice(10));
    expect(lateMiddle.events).toEqual(first.events.slice(30));

    // Without a position: the newest status and metrics, LIVE, then everything after that position.
    const position = now.states[0]?.seq ?? 0;
    expect(now.states[0]?.state).toBe("LIVE");
    const [before, after] = [
      now.events.filter(({ seq }) => seq <= position),
      now.events.filter(({ seq }) => seq > position),
    ];
    expect(before.map(({ __typename }) => __typename).sort()).toEqual(["MetricsSampled", "StatusChanged"]);
    expect(after).toEqual(first.events.slice(position));
  });

  it("over server-sent events see the same, and the stream ends", async () => {
    const { id } = await start(service.url, { designId: "mm1", duration: 20, speed: 0 });
    const socket = new LogClient(id);
    await socket.follow(service.url, 0);
    const query = `subscription { simulationEvents(simulationId: "${id}", after: 0) { __typename seq simulatedTime } }`;
    const { status, text } = await send(`${service.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ query }),
    });
    expect(status).toBe(200);
    const seen = [...text.matchAll(/"__typename":"(\w+)","seq":(\d+)/g)].filter(
      ([, type]) => type !== "StreamStateChanged",
    );
    expect(seen.map(([, , seq]) => Number(seq))).toEqual(dense(socket.events));
    expect(text).toContain("event: complete");
  });

  it("that ask for what lies beyond the end are told so", async () => {
    const { id } = await start(service.url, { designId: "mm1", duration: 20, speed: 0 });
    await new LogClient(id).follow(service.url, 0);
    await expect(new LogClient(id).follow(service.url, 1_000_000)).rejects.toThrow(/CURSOR_OUT_OF_RANGE/);
  });
});

describe("starts", () => {
  it("a hundred at once with one key make one simulation and one engine run", async () => {
    const mutation = `mutation { startSimulation(input: { designId: "mm1", duration: 20, speed: 0, idempotencyKey: "hundred" }) {
      ... on Simulation { id } ... on Error { code message } } }`;
    const answers = await Promise.all(Array.from({ length: 100 }, () => operation(service.url, mutation)));
    const ids = new Set(answers.map(({ data }) => JSON.stringify(data)));
    expect(ids.size).toBe(1);
    const id = /"id":"([^"]+)"/.exec([...ids][0] ?? "")?.[1] ?? "";
    const client = new LogClient(id);
    await client.follow(service.url, 0);
    expect(client.events.filter(({ status }) => status === "STARTING")).toHaveLength(1);
    expect(client.events.filter(({ status }) => status === "COMPLETED")).toHaveLength(1);
    const seen = await operation(service.url, `{ simulation(id: "${id}") { attempt } }`);
    expect(seen.data).toEqual({ simulation: { attempt: 1 } });
  });
});
