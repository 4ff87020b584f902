// Batches of the engine's stream in the product's words, checked. What breaks the contract throws PROTOCOL.
import type { ComponentMetrics, EventBody } from "../../core/events.ts";
import {
  type EngineBatch,
  EngineError,
  type EngineEvent,
  type EngineLevel,
} from "../../core/ports/engines.ts";
import type { EngineConfig } from "../../core/ports/store.ts";
import {
  type Event,
  type EventBatch,
  type FaultEvent,
  FaultEvent_Phase,
  type LogRecord,
  LogRecord_Level,
  type MetricsSample,
  type RunLevel,
  type StationSample,
} from "../../gen/architech/engine/v1/engine.ts";
import { bounded } from "./errors.ts";
import { count, finite, notNegative, ratio, seconds } from "./numbers.ts";
import { latency, reportFrom } from "./report.ts";
import { runState } from "./run-info.ts";

const eventsPerBatch = 10_000;

export function batchFrom(batch: EventBatch, config: EngineConfig, horizon: number): EngineBatch {
  if (batch.events.length > eventsPerBatch) {
    throw new EngineError("PROTOCOL", `The engine sent ${batch.events.length} events at once.`);
  }
  return {
    events: batch.events.map((event) => eventFrom(event, config, horizon)),
    level: batch.level === undefined ? null : levelFrom(batch.level),
    digest: batch.rollingDigest,
  };
}

function levelFrom(level: RunLevel): EngineLevel {
  return {
    state: runState(level.state),
    speed: notNegative(level.speed, "a speed"),
    atSeq: count(level.atSeq, "at_seq"),
    simulatedTime: seconds(level.simTimeMs, "a simulated time"),
    progress: Math.min(1, notNegative(level.progress?.fraction ?? 0, "a progress")),
    reason: bounded(level.reason),
  };
}

function eventFrom(event: Event, config: EngineConfig, horizon: number): EngineEvent {
  const engineSeq = count(event.seq, "seq");
  const simulatedTime = seconds(event.simTimeMs, "a simulated time");
  const payload = event.payload;
  if (payload === undefined) {
    throw new EngineError("PROTOCOL", `The engine sent event ${engineSeq} of a kind that is not known.`);
  }
  switch (payload.$case) {
    case "completed":
      if (payload.value.report === undefined) throw new EngineError("PROTOCOL", "The engine sent no report.");
      return {
        kind: "completed",
        engineSeq,
        simulatedTime,
        report: reportFrom(payload.value.report, config),
      };
    case "failed":
      return {
        kind: "failed",
        engineSeq,
        simulatedTime,
        failure: {
          code: bounded(payload.value.code, 64) || "ENGINE",
          message: bounded(payload.value.message),
        },
      };
    default: {
      const body = bodyFrom(payload, config, horizon > 0 ? Math.min(1, simulatedTime / horizon) : 0);
      return { kind: "event", event: { engineSeq, simulatedTime, body } };
    }
  }
}

type Told = Extract<NonNullable<Event["payload"]>, { $case: "sample" | "log" | "fault" }>;

function bodyFrom(payload: Told, config: EngineConfig, progress: number): EventBody {
  switch (payload.$case) {
    case "sample":
      return metrics(payload.value, config, progress);
    case "log":
      return log(payload.value);
    case "fault":
      return fault(payload.value);
  }
}

function metrics(sample: MetricsSample, config: EngineConfig, progress: number): EventBody {
  const finished = notNegative(sample.okPerSec, "ok/s") + notNegative(sample.errorPerSec, "errors/s");
  const latencies = latency(sample.latency);
  return {
    type: "METRICS_SAMPLED",
    window: seconds(sample.windowMs, "a window"),
    progress,
    offered: notNegative(sample.offeredPerSec, "offered/s"),
    throughput: sample.okPerSec,
    errorRate: ratio(sample.errorPerSec, finished),
    latencyMean: latencies.mean,
    latencyP50: latencies.p50,
    latencyP95: latencies.p95,
    latencyP99: latencies.p99,
    latencyMax: latencies.max,
    inFlight: count(sample.inFlight, "in flight"),
    components: sample.stations.map((station) => component(station, config)),
  };
}

function component(station: StationSample, config: EngineConfig): ComponentMetrics {
  const componentId = config.stations[station.station];
  if (componentId === undefined) {
    throw new EngineError(
      "PROTOCOL",
      `The engine sent a sample of station ${station.station}, which the config lacks.`,
    );
  }
  const latencies = latency(station.residence);
  const throughput = notNegative(station.throughputPerSec, "throughput/s");
  return {
    componentId,
    arrivals: notNegative(station.arrivalsPerSec, "arrivals/s"),
    throughput,
    errorRate: ratio(notNegative(station.errorPerSec, "errors/s"), throughput),
    rejected: notNegative(station.rejectPerSec, "rejects/s"),
    utilization: notNegative(station.utilization, "utilization"),
    queueLength: notNegative(station.meanQueue, "a queue length"),
    queueMax: count(station.maxQueue, "a queue length"),
    replicas: count(station.replicasUp, "replicas"),
    latencyMean: latencies.mean,
    latencyP50: latencies.p50,
    latencyP95: latencies.p95,
    latencyP99: latencies.p99,
    hitRatio: station.hitRatio > 0 ? finite(station.hitRatio, "a hit ratio") : null,
  };
}

const logLevels: ReadonlyMap<number, "INFO" | "WARN" | "ERROR"> = new Map([
  [LogRecord_Level.LEVEL_INFO, "INFO"],
  [LogRecord_Level.LEVEL_WARN, "WARN"],
  [LogRecord_Level.LEVEL_ERROR, "ERROR"],
]);

function log(record: LogRecord): EventBody {
  const level = logLevels.get(record.level);
  if (level === undefined) throw new EngineError("PROTOCOL", `The engine sent log level ${record.level}.`);
  return {
    type: "LOG_EMITTED",
    level,
    code: bounded(record.code, 64),
    message: bounded(record.message, 2_000),
    componentId: record.target === "" ? null : bounded(record.target, 200),
  };
}

const phases: ReadonlyMap<number, string> = new Map([
  [FaultEvent_Phase.PHASE_STARTED, "STARTED"],
  [FaultEvent_Phase.PHASE_ENDED, "ENDED"],
  [FaultEvent_Phase.PHASE_SCALED, "SCALED"],
  [FaultEvent_Phase.PHASE_BREAKER_OPEN, "BREAKER_OPEN"],
  [FaultEvent_Phase.PHASE_BREAKER_HALF_OPEN, "BREAKER_HALF_OPEN"],
  [FaultEvent_Phase.PHASE_BREAKER_CLOSED, "BREAKER_CLOSED"],
]);

function fault(event: FaultEvent): EventBody {
  const phase = phases.get(event.phase);
  if (phase === undefined) throw new EngineError("PROTOCOL", `The engine sent fault phase ${event.phase}.`);
  return {
    type: "FAULT_CHANGED",
    faultId: bounded(event.faultId, 200),
    kind: bounded(event.kind, 64),
    componentId: event.target === "" ? null : bounded(event.target, 200),
    phase,
    value: finite(event.value, "a fault's value"),
  };
}
