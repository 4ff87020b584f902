// One Simulation Engine over gRPC: one channel, since a run stays with its engine.
import type {
  Engine,
  EngineBatch,
  EngineCapabilities,
  EngineRunInfo,
  EngineRunKey,
  EngineStart,
} from "../../core/ports/engines.ts";
import type { EngineConfig } from "../../core/ports/store.ts";
import {
  EngineServiceClient,
  type EventBatch,
  type RunKey,
  SimulationConfig,
} from "../../gen/architech/engine/v1/engine.ts";
import { batchFrom } from "./batch.ts";
import { call } from "./call.ts";
import { type Channel, plainChannel } from "./credentials.ts";
import { bounded, engineErrorFrom } from "./errors.ts";
import { count } from "./numbers.ts";
import { runInfoFrom } from "./run-info.ts";

const callDeadlineMs = 3_000;
const startDeadlineMs = 5_000;
const messageBytes = 16 * 1024 * 1024;
const listPages = 1_000;

export class GrpcEngine implements Engine {
  readonly address: string;
  readonly #client: EngineServiceClient;
  readonly #installation: string;

  /** `address` is host:port; `installation` names this orchestrator's runs on a shared engine. */
  constructor(address: string, installation: string, channel: Channel = plainChannel) {
    this.address = address;
    this.#installation = installation;
    this.#client = new EngineServiceClient(address, channel.credentials, {
      ...channel.options,
      "grpc.max_receive_message_length": messageBytes,
      // A frozen engine is found within about 3 s; a stream that is merely quiet is not cut.
      "grpc.keepalive_time_ms": 2_000,
      "grpc.keepalive_timeout_ms": 1_000,
      "grpc.initial_reconnect_backoff_ms": 100,
      "grpc.min_reconnect_backoff_ms": 100,
      "grpc.max_reconnect_backoff_ms": 1_000,
    });
  }

  async capabilities(): Promise<EngineCapabilities> {
    const client = this.#client;
    const said = await call(client.getCapabilities.bind(client), {}, callDeadlineMs);
    return {
      name: bounded(said.engineName, 200),
      version: bounded(said.engineVersion, 200),
      instance: bounded(said.engineInstanceId, 200),
      deterministic: said.deterministic,
      maxRuns: count(said.maxConcurrentRuns, "max_concurrent_runs"),
      runningRuns: count(said.runningRuns, "running_runs"),
      features: [
        ...said.features,
        ...said.distributions.map((name) => `dist.${name}`),
        ...said.faultKinds.map((name) => `fault.${name}`),
      ],
    };
  }

  async start(request: EngineStart): Promise<EngineRunInfo> {
    const client = this.#client;
    const { run, config, replay } = request;
    const info = await call(
      client.start.bind(client),
      {
        run: this.#key(run),
        fencingToken: run.token,
        config: SimulationConfig.decode(config.encoded),
        configDigest: Buffer.from(config.digest),
        speed: request.speed,
        startPaused: request.paused,
        resumeAfterSeq: replay?.engineSeq ?? 0,
        expectedDigest: Buffer.from(replay?.digest ?? []),
        resumeAtMs: (replay?.simulatedTime ?? 0) * 1000,
        appliedFaults: [],
        expiresAt: new Date(Date.now() + request.expiresInMs),
        orphanTimeoutMs: request.orphanTimeoutMs,
      },
      startDeadlineMs,
    );
    return runInfoFrom(info);
  }

  async pause(run: EngineRunKey): Promise<EngineRunInfo> {
    const client = this.#client;
    return runInfoFrom(await call(client.pause.bind(client), this.#control(run), callDeadlineMs));
  }

  async resume(run: EngineRunKey): Promise<EngineRunInfo> {
    const client = this.#client;
    return runInfoFrom(await call(client.resume.bind(client), this.#control(run), callDeadlineMs));
  }

  async setSpeed(run: EngineRunKey, speed: number): Promise<EngineRunInfo> {
    const client = this.#client;
    return runInfoFrom(
      await call(client.setSpeed.bind(client), { ...this.#control(run), speed }, callDeadlineMs),
    );
  }

  async stop(run: EngineRunKey, reason: string): Promise<EngineRunInfo> {
    const client = this.#client;
    return runInfoFrom(
      await call(client.stop.bind(client), { ...this.#control(run), reason }, callDeadlineMs),
    );
  }

  async get(run: EngineRunKey): Promise<EngineRunInfo> {
    const client = this.#client;
    return runInfoFrom(await call(client.get.bind(client), { run: this.#key(run) }, callDeadlineMs));
  }

  async acknowledge(run: EngineRunKey, engineSeq: number): Promise<void> {
    const client = this.#client;
    const request = { ...this.#control(run), upToSeq: engineSeq };
    await call(client.acknowledge.bind(client), request, callDeadlineMs);
  }

  async forget(run: EngineRunKey): Promise<void> {
    const client = this.#client;
    await call(client.forget.bind(client), this.#control(run), callDeadlineMs);
  }

  async list(): Promise<readonly EngineRunInfo[]> {
    const client = this.#client;
    const runs: EngineRunInfo[] = [];
    let pageToken = "";
    for (let page = 0; page < listPages; page++) {
      const request = { installationId: this.#installation, states: [], pageSize: 1_000, pageToken };
      const answer = await call(client.list.bind(client), request, callDeadlineMs);
      for (const info of answer.runs) runs.push(runInfoFrom(info));
      pageToken = answer.nextPageToken;
      if (pageToken === "") break;
    }
    return runs;
  }

  async *subscribe(
    run: EngineRunKey,
    afterSeq: number,
    config: EngineConfig,
    signal: AbortSignal,
  ): AsyncIterable<EngineBatch> {
    if (signal.aborted) return;
    const horizon = (SimulationConfig.decode(config.encoded).control?.horizonMs ?? 0) / 1000;
    const stream = this.#client.subscribe({ run: this.#key(run), afterSeq, fencingToken: run.token });
    const cancel = () => stream.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    // Cancelling makes the stream emit an error after the loop has left it: it must have a listener.
    stream.on("error", () => {});
    try {
      for await (const batch of stream as AsyncIterable<EventBatch>) yield batchFrom(batch, config, horizon);
    } catch (error) {
      if (!signal.aborted) throw engineErrorFrom(error);
    } finally {
      signal.removeEventListener("abort", cancel);
      stream.cancel();
    }
  }

  close(): void {
    this.#client.close();
  }

  #key(run: EngineRunKey): RunKey {
    return { installationId: this.#installation, simulationId: run.simulationId, attempt: run.attempt };
  }

  #control(run: EngineRunKey): { run: RunKey; fencingToken: number } {
    return { run: this.#key(run), fencingToken: run.token };
  }
}
