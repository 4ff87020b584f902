// Makes sure that the simulation has an engine run to follow: the one that is there, the one that was to be
// started, or a new attempt after an engine was lost.
//
// `run.engineInstance` is set when an engine has confirmed the present attempt, and null before: an attempt that
// nobody has confirmed is begun again under its own number, which the engine takes for the same call.
import { type Engine, EngineError, type EngineRunInfo, type EngineStart } from "../../core/ports/engines.ts";
import type { Change, EngineConfig } from "../../core/ports/store.ts";
import { isTerminal, type Simulation } from "../../core/simulation.ts";
import type { EngineWatch } from "../engine-watch.ts";
import type { OrchestratorSettings } from "../settings.ts";
import { confirm } from "../transitions.ts";
import type { HeldSimulation } from "./held.ts";

const startExpiresMs = 20_000;

export interface AttachParts {
  readonly held: HeldSimulation;
  readonly engine: Engine;
  readonly engines: EngineWatch;
  readonly config: EngineConfig;
  readonly settings: OrchestratorSettings;
}

/**
 * The run to subscribe to. Null: there is none to begin, since the simulation has ended or is to be stopped.
 * Throws EngineError, Fenced.
 */
export async function attach(parts: AttachParts): Promise<EngineRunInfo | null> {
  const { held, engine } = parts;
  if (held.simulation.attempt === 0) await firstAttempt(held);
  if (held.ended) return null;
  const found = await present(parts);
  if (found !== null) {
    await noteEngine(parts, found);
    return found;
  }
  if (held.simulation.run.engineInstance === null) return begin(parts);
  return nextAttempt(parts, `The engine ${engine.address} has lost the run.`);
}

/** The last run cannot be gone on with: another one, from where the log ends or from its beginning. */
export async function nextAttempt(parts: AttachParts, reason: string): Promise<EngineRunInfo | null> {
  const { held, engine, engines } = parts;
  const capabilities = engines.capabilitiesOf(engine.address) ?? (await engine.capabilities());
  const { run } = held.simulation;
  const replayable =
    run.engineDeterministic && capabilities.deterministic && run.engineVersion === capabilities.version;
  if (!replayable) return freshAttempt(parts, reason);
  await held.write((simulation) => (mayBegin(simulation) ? replayed(simulation, reason) : null));
  return begin(parts);
}

/** From the beginning, a bounded number of times. */
export async function freshAttempt(parts: AttachParts, reason: string): Promise<EngineRunInfo | null> {
  const { held, settings } = parts;
  await held.write((simulation) => {
    if (!mayBegin(simulation)) return null;
    if (simulation.run.freshAttempts < settings.freshAttempts) return restarted(simulation, reason);
    const message = `${reason} Gave up after ${settings.freshAttempts} attempts anew.`;
    return confirm(simulation, "failed", { reason, failure: { code: "ENGINE_LOST", message } });
  });
  return begin(parts);
}

/** Pure: the same log goes on in a new attempt, on another engine where one is named. */
export function replayed(simulation: Simulation, reason: string, engine = simulation.run.engine): Change {
  return another(simulation, reason, true, { engine });
}

function restarted(simulation: Simulation, reason: string): Change {
  const freshAttempts = simulation.run.freshAttempts + 1;
  const change = another(simulation, reason, false, { engineSeq: 0, engineDigest: null, freshAttempts });
  return { ...change, patch: { ...change.patch, simulatedTime: 0, progress: 0 } };
}

function another(
  simulation: Simulation,
  reason: string,
  replay: boolean,
  run: Partial<Simulation["run"]>,
): Change {
  const attempt = simulation.attempt + 1;
  const simulatedTime = replay ? simulation.simulatedTime : 0;
  const body = { type: "ATTEMPT_STARTED", attempt, reason, replay } as const;
  return {
    patch: { attempt, staleReason: reason, run: { ...run, engineInstance: null } },
    events: [{ simulatedTime, engineSeq: null, body }],
  };
}

/** Whoever is to be stopped, or has ended, gets no new run. */
function mayBegin({ status, desiredStatus }: Simulation): boolean {
  return !isTerminal(status) && desiredStatus !== "STOPPED";
}

/** Nothing was ever heard of a run of this simulation: it can go back to the queue. */
export function neverBegan({ status, startTime, run }: Simulation): boolean {
  return status === "STARTING" && startTime === null && run.engineInstance === null && run.engineSeq === 0;
}

// Written down before the engine is asked, so that no run can exist that the row does not know.
async function firstAttempt(held: HeldSimulation): Promise<void> {
  await held.write((simulation) =>
    simulation.attempt === 0 && !isTerminal(simulation.status) ? { patch: { attempt: 1 }, events: [] } : null,
  );
}

async function present({ held, engine }: AttachParts): Promise<EngineRunInfo | null> {
  try {
    return await engine.get(held.runKey());
  } catch (error) {
    if (error instanceof EngineError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

async function begin(parts: AttachParts): Promise<EngineRunInfo | null> {
  const { held, engine, config, settings } = parts;
  if (!mayBegin(held.simulation)) return null;
  const { desiredStatus, desiredSpeed } = held.simulation;
  const info = await engine.start({
    run: held.runKey(),
    config,
    speed: desiredSpeed,
    paused: desiredStatus === "PAUSED",
    replay: whatIsStored(held.simulation),
    expiresInMs: startExpiresMs,
    orphanTimeoutMs: settings.orphanTimeoutMs,
  });
  await noteEngine(parts, info);
  return info;
}

function whatIsStored({ run, simulatedTime }: Simulation): EngineStart["replay"] {
  if (run.engineSeq === 0 && simulatedTime === 0) return null;
  return { engineSeq: run.engineSeq, digest: run.engineDigest ?? new Uint8Array(), simulatedTime };
}

// Which engine has the run, and whether it could be replayed: needed when it is lost.
async function noteEngine({ held, engine, engines }: AttachParts, info: EngineRunInfo): Promise<void> {
  const { engineInstance, engineVersion } = info;
  const { deterministic } = engines.capabilitiesOf(engine.address) ?? (await engine.capabilities());
  await held.write(({ run, status }) => {
    const known =
      run.engine === engine.address &&
      run.engineInstance === engineInstance &&
      run.engineVersion === engineVersion;
    if (known || isTerminal(status)) return null;
    const noted = {
      engine: engine.address,
      engineInstance,
      engineVersion,
      engineDeterministic: deterministic,
    };
    return { patch: { run: noted }, events: [] };
  });
}
