import { createHash, randomUUID } from "node:crypto";
import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import {
  type Capabilities,
  type DeepPartial,
  EngineServiceClient,
  Event,
  type EventBatch,
  type Fault,
  type InjectFaultResponse,
  type ListResponse,
  type RunInfo,
  type RunKey,
  type RunLevel,
  RunState,
  SimulationConfig,
  StartRequest,
} from "../../../src/gen/architech/engine/v1/engine.ts";

type Method<Request, Response> = (
  request: Request,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** The contract's calls as promises, in the name of one installation and, unless told otherwise, token 1. */
export class ContractClient {
  readonly raw: EngineServiceClient;
  readonly installationId: string;
  readonly #followings: Following[] = [];

  constructor(address: string, installationId = `test-${randomUUID()}`) {
    this.raw = new EngineServiceClient(address, credentials.createInsecure());
    this.installationId = installationId;
  }

  /** A run that nobody has named before. */
  newRun(attempt = 1): RunKey {
    return { installationId: this.installationId, simulationId: randomUUID(), attempt };
  }

  start(
    run: RunKey,
    config: SimulationConfig | undefined,
    more: DeepPartial<StartRequest> = {},
  ): Promise<RunInfo> {
    const configDigest = digestOf(config);
    const request = StartRequest.fromPartial({ run, fencingToken: 1, configDigest, ...more });
    return this.#call(this.raw.start, { ...request, config });
  }

  pause(run: RunKey, fencingToken = 1): Promise<RunInfo> {
    return this.#call(this.raw.pause, { run, fencingToken });
  }

  resume(run: RunKey, fencingToken = 1): Promise<RunInfo> {
    return this.#call(this.raw.resume, { run, fencingToken });
  }

  stop(run: RunKey, reason = "", fencingToken = 1): Promise<RunInfo> {
    return this.#call(this.raw.stop, { run, fencingToken, reason });
  }

  setSpeed(run: RunKey, speed: number, fencingToken = 1): Promise<RunInfo> {
    return this.#call(this.raw.setSpeed, { run, fencingToken, speed });
  }

  injectFault(run: RunKey, fault: DeepPartial<Fault>, fencingToken = 1): Promise<InjectFaultResponse> {
    const whole: Fault = { ...emptyFault, ...fault };
    return this.#call(this.raw.injectFault, { run, fencingToken, fault: whole });
  }

  acknowledge(run: RunKey, upToSeq: number, fencingToken = 1): Promise<unknown> {
    return this.#call(this.raw.acknowledge, { run, fencingToken, upToSeq });
  }

  get(run: RunKey): Promise<RunInfo> {
    return this.#call(this.raw.get, { run });
  }

  list(more: { states?: RunState[]; pageSize?: number; pageToken?: string } = {}): Promise<ListResponse> {
    const request = { installationId: this.installationId, states: [], pageSize: 0, pageToken: "", ...more };
    return this.#call(this.raw.list, request);
  }

  forget(run: RunKey, fencingToken = 1): Promise<unknown> {
    return this.#call(this.raw.forget, { run, fencingToken });
  }

  capabilities(): Promise<Capabilities> {
    return this.#call(this.raw.getCapabilities, {});
  }

  /** Subscribes, and keeps all that comes. With `acknowledge`, every batch is acknowledged at once. */
  follow(run: RunKey, afterSeq = 0, { fencingToken = 1, acknowledge = false } = {}): Following {
    const stream = this.raw.subscribe({ run, afterSeq, fencingToken });
    const following = new Following(stream, afterSeq, (seq) => {
      // A refusal here ends the run's progress, which the test that waits for it will show.
      if (acknowledge) this.acknowledge(run, seq, fencingToken).catch(() => {});
    });
    this.#followings.push(following);
    return following;
  }

  /** Runs it to its end as fast as possible, undisturbed: what every other way to run it must equal. */
  async undisturbed(config: SimulationConfig, more: DeepPartial<StartRequest> = {}): Promise<Following> {
    const run = this.newRun();
    await this.start(run, config, more);
    const following = this.follow(run, 0, { acknowledge: true });
    await following.end;
    return following;
  }

  close(): void {
    for (const following of this.#followings) following.cancel();
    this.raw.close();
  }

  #call<Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> {
    return new Promise((resolve, reject) => {
      method.call(this.raw, request, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  }
}

type Stream = ReturnType<EngineServiceClient["subscribe"]>;

/** One subscription and all that it was told. */
export class Following {
  readonly stream: Stream;
  readonly batches: EventBatch[] = [];
  readonly events: Event[] = [];
  readonly levels: RunLevel[] = [];
  /** Resolves when the stream has ended: undefined for OK, else the error. */
  readonly end: Promise<ServiceError | undefined>;
  readonly #afterSeq: number;
  #hasEnded = false;
  #wake: (() => void)[] = [];

  constructor(stream: Stream, afterSeq: number, onSeq: (seq: number) => void) {
    this.stream = stream;
    this.#afterSeq = afterSeq;
    stream.on("data", (batch: EventBatch) => {
      this.batches.push(batch);
      this.events.push(...batch.events);
      if (batch.level !== undefined) this.levels.push(batch.level);
      const last = batch.events.at(-1);
      if (last !== undefined) onSeq(last.seq);
      this.#wakeAll();
    });
    this.end = new Promise((resolve) => {
      stream.on("error", (error: ServiceError) => resolve(error));
      stream.on("end", () => resolve(undefined));
    });
    this.end.then(() => {
      this.#hasEnded = true;
      this.#wakeAll();
    });
  }

  /** The newest event that this stream's reader holds. */
  get lastSeq(): number {
    return this.events.at(-1)?.seq ?? this.#afterSeq;
  }

  get lastLevel(): RunLevel | undefined {
    return this.levels.at(-1);
  }

  /** The rolling digest at the last event so far. */
  get digest(): Buffer {
    return Buffer.from(this.batches.at(-1)?.rollingDigest ?? []);
  }

  /** The rolling digest at any event of this stream, which must begin with event 1. */
  digestAt(seq: number): Uint8Array {
    return this.events.slice(0, seq).reduce<Uint8Array>((before, event) => {
      return createHash("sha256").update(before).update(Event.encode(event).finish()).digest();
    }, new Uint8Array(32));
  }

  /** Each numbered event as bytes, in hexadecimal. */
  get encoded(): string[] {
    return this.events.map((event) => Buffer.from(Event.encode(event).finish()).toString("hex"));
  }

  /** Waits for a condition on what was told. Fails when the stream ends without it. */
  async until(condition: (following: this) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#hasEnded) throw new Error("the stream ended before the condition held");
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** Waits for a level of this state that holds after all events so far, and returns it. */
  async untilState(state: RunState): Promise<RunLevel> {
    const found = () => this.levels.findLast((level) => level.state === state && level.atSeq <= this.lastSeq);
    await this.until(() => found() !== undefined);
    const level = found();
    if (level === undefined) throw new Error("unreachable: the condition holds");
    return level;
  }

  cancel(): void {
    this.stream.cancel();
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}

const emptyFault: Fault = {
  id: "",
  kind: "",
  target: "",
  atMs: 0,
  durationMs: 0,
  amount: 0,
  replicas: 0,
  otherTarget: "",
};

export function digestOf(config: SimulationConfig | undefined): Uint8Array {
  const bytes = config === undefined ? new Uint8Array() : SimulationConfig.encode(config).finish();
  return createHash("sha256").update(bytes).digest();
}

/** The refusal of a call; fails when the call is not refused. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: number; word: string; metadata: Metadata }> {
  const error = await call.then(
    () => undefined,
    (thrown: ServiceError) => thrown,
  );
  if (error === undefined) throw new Error("the call was not refused");
  return {
    code: error.code,
    word: String(error.metadata.get("engine-error")[0] ?? ""),
    metadata: error.metadata,
  };
}

export const terminal: readonly RunState[] = [
  RunState.RUN_STATE_COMPLETED,
  RunState.RUN_STATE_STOPPED,
  RunState.RUN_STATE_FAILED,
];
