// An engine that always has one more sample of every run, sent as fast as it is taken. Its time is not counted: in
// truth it is another machine's.
import { Server, ServerCredentials, type ServerWritableStream, status } from "@grpc/grpc-js";
import type { MetricsSampled } from "../../src/core/events.ts";
import {
  type EngineServiceServer,
  EngineServiceService,
  type Event,
  type EventBatch,
  type RunInfo,
  type RunKey,
  RunState,
  type SubscribeRequest,
} from "../../src/gen/architech/engine/v1/engine.ts";
import { serve } from "./program.ts";
import { sampleBodies } from "./samples.ts";

export type EngineOrder = "address";

const instance = "e1";
const version = "1";
const samples = sampleBodies().map(sampleFrom);

function sampleFrom(body: MetricsSampled): Event["payload"] {
  const quantiles = (
    times: Pick<MetricsSampled, "latencyMean" | "latencyP50" | "latencyP95" | "latencyP99">,
  ) => ({
    meanMs: times.latencyMean * 1_000,
    p50Ms: times.latencyP50 * 1_000,
    p90Ms: times.latencyP95 * 1_000,
    p95Ms: times.latencyP95 * 1_000,
    p99Ms: times.latencyP99 * 1_000,
    maxMs: times.latencyP99 * 2_000,
  });
  return {
    $case: "sample",
    value: {
      windowMs: 1_000,
      offeredPerSec: body.offered,
      okPerSec: body.throughput,
      errorPerSec: body.errorRate,
      inFlight: body.inFlight,
      latency: quantiles(body),
      links: [],
      costPerHour: 0,
      stations: body.components.map((component, station) => ({
        station,
        arrivalsPerSec: component.arrivals,
        throughputPerSec: component.throughput,
        errorPerSec: component.errorRate,
        rejectPerSec: component.rejected,
        utilization: component.utilization,
        meanQueue: component.queueLength,
        queueNow: component.queueMax,
        maxQueue: component.queueMax,
        replicasUp: component.replicas,
        residence: quantiles(component),
        waitMs: 0,
        hitRatio: 0,
      })),
    },
  };
}

function batch(seq: number): EventBatch {
  const simTimeMs = seq * 1_000;
  const level = { state: RunState.RUN_STATE_RUNNING, speed: 10, atSeq: seq, simTimeMs, reason: "" };
  const events: Event[] = [{ seq, simTimeMs, ...payloadAt(seq) }];
  return { events, level, rollingDigest: Buffer.alloc(32, seq) };
}

function payloadAt(seq: number): Pick<Event, "payload"> {
  const payload = samples[seq % samples.length];
  return payload === undefined ? {} : { payload };
}

function subscribe(call: ServerWritableStream<SubscribeRequest, EventBatch>): void {
  let seq = call.request.afterSeq;
  const more = () => {
    // A few at a time, so that all streams have their turn.
    for (let sent = 0; sent < 4; sent += 1) {
      seq += 1;
      if (call.cancelled) return;
      if (!call.write(batch(seq))) {
        call.once("drain", more);
        return;
      }
    }
    setImmediate(more);
  };
  call.on("cancelled", () => call.end());
  call.on("error", () => {});
  more();
}

function info(run: RunKey | undefined): RunInfo {
  return {
    run,
    created: false,
    state: RunState.RUN_STATE_RUNNING,
    firstSeq: 1,
    lastSeq: 0,
    simTimeMs: 0,
    horizonMs: 0,
    speed: 10,
    configDigest: Buffer.alloc(0),
    fencingToken: 0,
    engineInstanceId: instance,
    engineVersion: version,
    reason: "",
    startedAt: undefined,
    endedAt: undefined,
  };
}

const service: EngineServiceServer = {
  start: (call, callback) => callback(null, info(call.request.run)),
  pause: (call, callback) => callback(null, info(call.request.run)),
  resume: (call, callback) => callback(null, info(call.request.run)),
  setSpeed: (call, callback) => callback(null, info(call.request.run)),
  stop: (call, callback) => callback(null, info(call.request.run)),
  injectFault: (_call, callback) => callback({ code: status.UNIMPLEMENTED }),
  get: (call, callback) => callback(null, info(call.request.run)),
  acknowledge: (_call, callback) => callback(null, {}),
  forget: (_call, callback) => callback(null, {}),
  list: (_call, callback) => callback(null, { runs: [], nextPageToken: "", engineInstanceId: instance }),
  subscribe,
  getCapabilities: (_call, callback) =>
    callback(null, {
      engineName: "bench",
      engineVersion: version,
      contractVersions: ["architech.engine.v1"],
      maxConcurrentRuns: 10_000,
      maxStations: 1_000,
      deterministic: true,
      liveFaults: false,
      distributions: [],
      faultKinds: [],
      features: [],
      engineInstanceId: instance,
      runningRuns: 0,
      windowEvents: 100,
    }),
};
const server = new Server();
server.addService(EngineServiceService, service);
const port = await new Promise<number>((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  );
});

await serve<EngineOrder, string>(
  async () => `127.0.0.1:${port}`,
  async () => server.forceShutdown(),
);
