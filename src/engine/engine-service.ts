import { type handleServerStreamingCall, type handleUnaryCall, status } from "@grpc/grpc-js";
import type { Logger } from "pino";
import {
  type AcknowledgeRequest,
  type AcknowledgeResponse,
  type Capabilities,
  type ControlRequest,
  EngineServiceService,
  type ForgetRequest,
  type ForgetResponse,
  type GetCapabilitiesRequest,
  type GetRequest,
  type InjectFaultRequest,
  type InjectFaultResponse,
  type ListRequest,
  type ListResponse,
  type RunInfo,
  type SetSpeedRequest,
  type StartRequest,
  type StopRequest,
  type SubscribeRequest,
} from "../gen/architech/engine/v1/engine.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { EngineError, serverError } from "./errors.ts";
import { streamEvents } from "./event-stream.ts";
import type { Command, Ledger } from "./ledger.ts";
import { type Limits, maxReasonLength } from "./limits.ts";
import { listRuns } from "./list-runs.ts";
import { faultOf, keyOf, quantity, tokenOf, wholeNumber } from "./requests.ts";
import type { Run } from "./run.ts";
import { infoOf, infoOfNone } from "./run-info.ts";
import type { RunRegistry } from "./run-registry.ts";
import { startRun } from "./start-run.ts";

/** The contract's service, with Subscribe sending batches that are encoded already. */
export const engineService = {
  ...EngineServiceService,
  subscribe: { ...EngineServiceService.subscribe, responseSerialize: (batch: Buffer): Buffer => batch },
};

export type EngineHandlers = {
  readonly start: handleUnaryCall<StartRequest, RunInfo>;
  readonly pause: handleUnaryCall<ControlRequest, RunInfo>;
  readonly resume: handleUnaryCall<ControlRequest, RunInfo>;
  readonly stop: handleUnaryCall<StopRequest, RunInfo>;
  readonly setSpeed: handleUnaryCall<SetSpeedRequest, RunInfo>;
  readonly injectFault: handleUnaryCall<InjectFaultRequest, InjectFaultResponse>;
  readonly subscribe: handleServerStreamingCall<SubscribeRequest, Buffer>;
  readonly acknowledge: handleUnaryCall<AcknowledgeRequest, AcknowledgeResponse>;
  readonly get: handleUnaryCall<GetRequest, RunInfo>;
  readonly list: handleUnaryCall<ListRequest, ListResponse>;
  readonly forget: handleUnaryCall<ForgetRequest, ForgetResponse>;
  readonly getCapabilities: handleUnaryCall<GetCapabilitiesRequest, Capabilities>;
};

export interface EngineContext {
  readonly registry: RunRegistry;
  readonly limits: Limits;
  readonly engineInstanceId: string;
  readonly log: Logger;
  /** Null: nobody wants to know what was accepted. */
  readonly ledger: Ledger | null;
  /** No new runs. */
  draining: boolean;
}

/** One handler per call of the contract. What one throws becomes a gRPC status. */
export function engineHandlers(context: EngineContext): EngineHandlers {
  const { registry, limits, engineInstanceId, log, ledger } = context;
  const { fences } = registry;
  const infoFor = (run: Run, created = false) =>
    infoOf(run, fences.tokenOf(run.key), engineInstanceId, created);
  const owned = (request: ControlRequest) => registry.owned(keyOf(request), tokenOf(request));
  const accepted = (what: Command, request: ControlRequest) =>
    ledger?.accepted(what, keyOf(request), tokenOf(request));

  function unary<Request, Response>(
    name: string,
    answer: (request: Request) => Response | Promise<Response>,
  ): handleUnaryCall<Request, Response> {
    return async (call, callback) => {
      try {
        callback(null, await answer(call.request));
      } catch (error) {
        callback(failure(name, error));
      }
    };
  }

  function failure(name: string, error: unknown) {
    if (!(error instanceof EngineError)) log.error({ err: error, call: name }, "a call failed");
    return serverError(error);
  }

  return {
    start: unary("Start", (request) => {
      const { run, created } = startRun(request, registry, limits, context.draining);
      accepted("start", request);
      if (created) log.info({ run: run.key }, "run begins");
      return infoFor(run, created);
    }),

    pause: unary("Pause", (request) => {
      const run = owned(request);
      run.pause();
      accepted("pause", request);
      return infoFor(run);
    }),

    resume: unary("Resume", (request) => {
      const run = owned(request);
      run.resume();
      accepted("resume", request);
      return infoFor(run);
    }),

    stop: unary("Stop", (request) => {
      const key = keyOf(request);
      const token = tokenOf(request);
      const reason = request.reason.slice(0, maxReasonLength);
      fences.pass(key, token);
      const run = registry.find(key);
      if (run === undefined) {
        fences.bury(key, token);
        accepted("stop", request);
        return infoOfNone(key, fences.tokenOf(key), engineInstanceId, reason);
      }
      run.stop(reason);
      accepted("stop", request);
      return infoFor(run);
    }),

    setSpeed: unary("SetSpeed", (request) => {
      const speed = quantity("speed", request.speed);
      const run = owned(request);
      run.setSpeed(speed);
      accepted("setSpeed", request);
      return infoFor(run);
    }),

    injectFault: unary("InjectFault", async (request) => {
      const fault = faultOf(request.fault);
      const run = owned(request);
      accepted("injectFault", request);
      const appliedAtMs = await run.inject(fault);
      return { run: infoFor(run), appliedAtMs };
    }),

    subscribe: (call) => {
      follow(call).then(
        () => call.end(),
        (error: unknown) => call.emit("error", failure("Subscribe", error)),
      );
    },

    acknowledge: unary("Acknowledge", (request) => {
      const upToSeq = wholeNumber("up_to_seq", request.upToSeq);
      owned(request).acknowledge(upToSeq);
      accepted("acknowledge", request);
      return {};
    }),

    get: unary("Get", (request) => infoFor(registry.get(keyOf(request)))),

    list: unary("List", (request) => {
      const { runs, nextPageToken } = listRuns(request, registry);
      return { runs: runs.map((run) => infoFor(run)), nextPageToken, engineInstanceId };
    }),

    forget: unary("Forget", (request) => {
      const key = keyOf(request);
      fences.pass(key, tokenOf(request));
      const run = registry.find(key);
      if (run === undefined) return {};
      if (!run.ended) throw new EngineError(status.FAILED_PRECONDITION, "the run has not ended");
      registry.forget(run);
      accepted("forget", request);
      return {};
    }),

    getCapabilities: unary("GetCapabilities", () =>
      capabilitiesOf(limits, engineInstanceId, registry.underWay),
    ),
  };

  async function follow(call: Parameters<EngineHandlers["subscribe"]>[0]): Promise<void> {
    const { request } = call;
    const afterSeq = wholeNumber("after_seq", request.afterSeq);
    const run = owned(request);
    const attachment = run.attach(afterSeq);
    accepted("subscribe", request);
    // Also fires after a normal end, where it does no harm.
    call.on("cancelled", () => attachment.detach("CANCELLED"));
    try {
      await streamEvents(run, attachment, afterSeq, limits, (batch) =>
        attachment.untilWritten((done) => call.write(batch, done)),
      );
    } finally {
      run.detach(attachment);
    }
  }
}
