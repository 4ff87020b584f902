// An engine that says what a test tells it to say: a real gRPC server with scripted answers.
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import {
  type Capabilities,
  type EngineServiceServer,
  EngineServiceService,
  type EventBatch,
  type RunInfo,
  RunState,
  type StartRequest,
} from "../../src/gen/architech/engine/v1/engine.ts";

export interface Script {
  /** What Subscribe sends, batch after batch; then the stream stays open unless `end` is set. */
  readonly batches?: (afterSeq: number, subscription: number) => readonly EventBatch[];
  readonly end?: boolean;
  readonly capabilities?: Partial<Capabilities>;
  /** Start answers with this status code instead of a run; asked anew for each. */
  readonly refuseStart?: (starts: number) => status | undefined;
  /** Start answers only when this has resolved. */
  readonly holdStart?: Promise<void>;
  /** Runs are forgotten at once: Get does not know them, as after a restart. */
  readonly forgetful?: () => boolean;
  /** Start and Stop never answer. */
  readonly hang?: boolean;
}

export interface ScriptedEngine {
  readonly address: string;
  readonly starts: readonly StartRequest[];
  readonly stops: readonly string[];
  close(): Promise<void>;
}

export async function startScriptedEngine(script: Script): Promise<ScriptedEngine> {
  const starts: StartRequest[] = [];
  const stops: string[] = [];
  let subscriptions = 0;
  const known = new Map<string, RunInfo>();

  const answer = (simulationId: string, attempt: number, state: RunState): RunInfo => ({
    run: { installationId: "test", simulationId, attempt },
    created: true,
    state,
    firstSeq: 1,
    lastSeq: 0,
    simTimeMs: 0,
    horizonMs: 0,
    speed: 10,
    configDigest: Buffer.alloc(0),
    fencingToken: 0,
    engineInstanceId: "scripted-instance",
    engineVersion: "scripted",
    reason: "",
    startedAt: undefined,
    endedAt: undefined,
  });

  const service: EngineServiceServer = {
    async start(call, callback) {
      starts.push(call.request);
      if (script.hang) return;
      await script.holdStart;
      const refusal = script.refuseStart?.(starts.length);
      if (refusal !== undefined) {
        callback({ code: refusal, details: "scripted refusal" });
        return;
      }
      const { simulationId = "", attempt = 0 } = call.request.run ?? {};
      const info = answer(simulationId, attempt, RunState.RUN_STATE_RUNNING);
      known.set(`${simulationId}/${attempt}`, info);
      callback(null, info);
    },
    stop(call, callback) {
      const { simulationId = "", attempt = 0 } = call.request.run ?? {};
      stops.push(simulationId);
      if (script.hang) return;
      callback(null, answer(simulationId, attempt, RunState.RUN_STATE_STOPPED));
    },
    pause: (call, callback) =>
      callback(null, answer(call.request.run?.simulationId ?? "", 1, RunState.RUN_STATE_RUNNING)),
    resume: (call, callback) =>
      callback(null, answer(call.request.run?.simulationId ?? "", 1, RunState.RUN_STATE_RUNNING)),
    setSpeed: (call, callback) =>
      callback(null, answer(call.request.run?.simulationId ?? "", 1, RunState.RUN_STATE_RUNNING)),
    injectFault: (_call, callback) => callback({ code: status.UNIMPLEMENTED }),
    subscribe(call) {
      subscriptions += 1;
      for (const batch of script.batches?.(call.request.afterSeq, subscriptions) ?? []) call.write(batch);
      if (script.end) call.end();
      call.on("cancelled", () => call.end());
    },
    acknowledge: (_call, callback) => callback(null, {}),
    get(call, callback) {
      const { simulationId = "", attempt = 0 } = call.request.run ?? {};
      const info = known.get(`${simulationId}/${attempt}`);
      if (info === undefined || script.forgetful?.())
        callback({ code: status.NOT_FOUND, details: "unknown run" });
      else callback(null, info);
    },
    list: (_call, callback) =>
      callback(null, { runs: [], nextPageToken: "", engineInstanceId: "scripted-instance" }),
    forget: (_call, callback) => callback(null, {}),
    getCapabilities: (_call, callback) =>
      callback(null, {
        engineName: "scripted",
        engineVersion: "scripted",
        contractVersions: ["architech.engine.v1"],
        maxConcurrentRuns: 10,
        maxStations: 1_000,
        deterministic: true,
        liveFaults: false,
        distributions: [],
        faultKinds: [],
        features: [],
        engineInstanceId: "scripted-instance",
        runningRuns: 0,
        windowEvents: 100,
        ...script.capabilities,
      }),
  };
  const server = new Server();
  server.addService(EngineServiceService, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    starts,
    stops,
    close: async () => server.forceShutdown(),
  };
}
