// Simulations as tests of the pure rules need them.
import type { EngineBatch, EngineEvent, EngineLevel } from "../../src/core/ports/engines.ts";
import type { SimulationReport } from "../../src/core/ports/store.ts";
import type { Simulation } from "../../src/core/simulation.ts";
import { draft } from "../../src/orchestrator/draft.ts";
import { defaultSettings } from "../../src/orchestrator/settings.ts";
import { applied } from "../../src/orchestrator/transitions.ts";

export function simulation(overrides: Parameters<typeof applied>[1] = {}): Simulation {
  const input = {
    designId: "mm1",
    projectId: "default",
    seed: 1,
    duration: 60,
    speed: 10,
    labels: {},
    startPaused: false,
    maxWallTime: null,
    maxPause: null,
    maxQueueTime: null,
  };
  const { simulation: queued } = draft({
    userId: "developer",
    input,
    key: undefined,
    settings: { ...defaultSettings, replica: "r1" },
    design: { kind: "unavailable", reason: "The Design Service is slow." },
  });
  return applied(queued, overrides);
}

export function sample(engineSeq: number): EngineEvent {
  return {
    kind: "event",
    event: {
      engineSeq,
      simulatedTime: engineSeq,
      body: { type: "LOG_EMITTED", level: "INFO", code: "TICK", message: `${engineSeq}`, componentId: null },
    },
  };
}

export function level(
  state: EngineLevel["state"],
  atSeq: number,
  more: Partial<EngineLevel> = {},
): EngineLevel {
  return { state, atSeq, speed: 10, simulatedTime: atSeq, progress: atSeq / 60, reason: "", ...more };
}

export function batch(events: readonly EngineEvent[], after: EngineLevel | null = null): EngineBatch {
  const last = events.at(-1);
  const seq = last === undefined ? 0 : last.kind === "event" ? last.event.engineSeq : last.engineSeq;
  return { events, level: after, digest: Uint8Array.of(seq) };
}

export const emptyReport: SimulationReport = {
  requests: 0,
  succeeded: 0,
  failed: 0,
  throughput: { mean: 0, halfWidth95: null },
  latency: { mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0 },
  latencyMean: { mean: 0, halfWidth95: null },
  components: [],
  connections: [],
  bottleneck: null,
  maxSustainable: null,
  wastedWork: 0,
  engineEvents: 0,
  assumptions: [],
  warnings: [],
};
