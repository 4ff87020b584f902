// A simulation as it is first written down: QUEUED, with its design if that is known already.
import { v7 as uuidv7 } from "uuid";
import type { NewSimulation, StartInput } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { createdAtOf } from "../core/simulation-id.ts";
import type { Prepared } from "./prepare.ts";
import type { OrchestratorSettings } from "./settings.ts";
import { statusEvent } from "./transitions.ts";

export interface DraftOf {
  readonly userId: string;
  readonly input: StartInput;
  readonly key: string | undefined;
  readonly settings: OrchestratorSettings;
  /** Ready, or why the design is not known yet. */
  readonly design: Prepared | { readonly kind: "unavailable"; readonly reason: string };
}

export function draft({ userId, input, key, settings, design }: DraftOf): NewSimulation {
  const ready = design.kind === "ready" ? design : null;
  const id = uuidv7();
  const simulation: Simulation = {
    id,
    projectId: input.projectId,
    userId,
    designId: input.designId,
    designRevision: ready?.revision ?? null,
    designName: ready?.name ?? null,
    status: "QUEUED",
    desiredStatus: input.startPaused ? "PAUSED" : "RUNNING",
    failure: null,
    waiting: design.kind === "ready" ? null : { code: "DESIGN_SERVICE", message: design.reason },
    staleReason: null,
    speed: input.speed,
    desiredSpeed: input.speed,
    seed: ready?.seed ?? input.seed ?? 0,
    duration: ready?.duration ?? input.duration,
    progress: 0,
    simulatedTime: 0,
    attempt: 0,
    lastSeq: 0,
    version: 0,
    labels: input.labels,
    createdAt: createdAtOf(id),
    startTime: null,
    endTime: null,
    run: {
      owner: null,
      fencingToken: 0,
      engine: null,
      engineInstance: null,
      engineVersion: null,
      engineDeterministic: false,
      engineSeq: 0,
      engineDigest: null,
      freshAttempts: 0,
      pausedSince: null,
      pausedMs: 0,
      maxWallTime: atMost(input.maxWallTime, settings.maxWallTimeS),
      maxPause: atMost(input.maxPause, settings.maxPauseS),
      maxQueueTime: atMost(input.maxQueueTime, settings.maxQueueTimeS),
    },
  };
  const reason = design.kind === "ready" ? undefined : design.reason;
  return {
    simulation,
    input,
    idempotencyKey: key ?? null,
    events: [statusEvent(simulation, "QUEUED", reason)],
    documents: ready === null ? {} : { design: ready.document, engineConfig: ready.engineConfig },
  };
}

function atMost(asked: number | null, allowed: number): number {
  return Math.min(asked ?? allowed, allowed);
}
