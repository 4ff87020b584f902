// Starting while the Design Service is slow, down or wrong: accepted and explained, or refused at once; never lost.
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { httpDesigns } from "../../src/clients/designs/http.ts";
import { type EngineChild, startEngineChild } from "../../src/clients/engine/child.ts";
import { isTerminal, type Simulation } from "../../src/core/simulation.ts";
import { developmentViewer as viewer } from "../../src/core/viewer.ts";
import {
  type FakeDesignService,
  fakeDesignService,
  serving,
} from "../clients/designs/fake-design-service.ts";
import { log, type Rig, startRig } from "../support/rig.ts";

const mm1: unknown = JSON.parse(readFileSync(new URL("../../designs/mm1.json", import.meta.url), "utf8"));
const healthy = serving(new Map([["mm1", mm1]]));
const hanging: RequestListener = () => {};
const broken: RequestListener = (_request, response) => void response.writeHead(500).end();
const garbage: RequestListener = (_request, response) =>
  void response.writeHead(200, { "content-type": "application/json" }).end("{not json");

let engine: EngineChild;
let service: FakeDesignService | undefined;
let rig: Rig | undefined;

beforeAll(async () => {
  engine = await startEngineChild(log);
});

afterEach(async () => {
  await rig?.close();
  await service?.close();
});

afterAll(() => engine.close());

async function started(behaviour: RequestListener): Promise<{ rig: Rig; service: FakeDesignService }> {
  service = await fakeDesignService(behaviour);
  const designs = httpDesigns(service.url, log, {
    attemptMs: 300,
    overallMs: 1_000,
    backoffMs: 10,
    openMs: 200,
    authorization: "Bearer own",
  });
  rig = await startRig({ engines: [engine.address], designs });
  return { rig, service };
}

const request = { designId: "mm1", speed: 0, duration: 10 };
const ended = ({ status }: Simulation) => isTerminal(status);

describe("a design service that", () => {
  it.each([
    ["hangs", hanging],
    ["fails", broken],
    ["answers garbage", garbage],
  ])("%s delays the run, says so, and heals", async (_, behaviour) => {
    const { rig, service } = await started(behaviour);
    const accepted = await rig.commands.start(viewer, request);
    expect(accepted).toMatchObject({
      status: "QUEUED",
      designRevision: null,
      waiting: { code: "DESIGN_SERVICE" },
    });
    service.serve(healthy);
    const simulation = await rig.until(accepted.id, ended);
    expect(simulation).toMatchObject({ status: "COMPLETED", designRevision: 1, waiting: null });
    expect((await rig.events(accepted.id))[0]?.body).toMatchObject({ status: "QUEUED" });
  });

  it("is late is asked again with the service's own token, on behalf of the user", async () => {
    const { rig, service } = await started(hanging);
    const ann = { ...viewer, userId: "ann", authorization: "Bearer ann's" };
    const { id } = await rig.commands.start(ann, request);
    service.serve(healthy);
    await rig.until(id, ended);
    expect(service.requests.at(0)).toMatchObject({ authorization: "Bearer ann's" });
    expect(service.requests.at(-1)).toMatchObject({ authorization: "Bearer own", onBehalfOf: "ann" });
  });

  it("turns out not to have the design fails the simulation", async () => {
    const { rig, service } = await started(hanging);
    const { id } = await rig.commands.start(viewer, request);
    service.serve(serving(new Map()));
    expect(await rig.until(id, ended)).toMatchObject({
      status: "FAILED",
      failure: { code: "DESIGN_NOT_FOUND" },
    });
  });

  it("turns out to have a broken design fails the simulation, naming the path", async () => {
    const { rig, service } = await started(hanging);
    const { id } = await rig.commands.start(viewer, request);
    service.serve(serving(new Map([["mm1", { ...Object(mm1), nodes: 7 }]])));
    const simulation = await rig.until(id, ended);
    expect(simulation).toMatchObject({ status: "FAILED", failure: { code: "DESIGN_INVALID" } });
    expect(simulation.failure?.message).toContain("nodes");
  });

  it("has no such design, or a broken one, is refused at once", async () => {
    const { rig } = await started(serving(new Map([["odd", { ...Object(mm1), id: "odd", edges: [{}] }]])));
    await expect(rig.commands.start(viewer, { ...request, designId: "other" })).rejects.toMatchObject({
      code: "DESIGN_NOT_FOUND",
    });
    await expect(rig.commands.start(viewer, { ...request, designId: "odd" })).rejects.toMatchObject({
      code: "DESIGN_INVALID",
      details: {
        problems: expect.arrayContaining([
          expect.objectContaining({ path: expect.stringContaining("edges[0]") }),
        ]),
      },
    });
  });

  it("is down does not keep a queued simulation from being stopped", async () => {
    const { rig } = await started(broken);
    const { id } = await rig.commands.start(viewer, request);
    expect(await rig.commands.stop(viewer, id)).toMatchObject({ status: "STOPPED" });
  });
});

describe("a simulation that waits for longer than its bound", () => {
  it("fails, and says what it waited for", async () => {
    const { rig } = await started(broken);
    const { id } = await rig.commands.start(viewer, { ...request, maxQueueTime: 1 });
    const simulation = await rig.until(id, ended);
    expect(simulation).toMatchObject({ status: "FAILED", failure: { code: "QUEUE_TIME_EXCEEDED" } });
  });
});
