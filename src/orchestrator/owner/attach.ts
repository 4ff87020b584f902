// Makes sure that the simulation has an engine run to follow: the one that is there, the one that was to be
// started, or a new attempt after an engine was lost.
import { type Engine, EngineError, type EngineRunInfo, type EngineStart } from "../../core/ports/engines.ts";
import type { Change, EngineConfig } from "../../core/ports/store.ts";
import { isTerminal, type Simulation } from "../../core/simulation.ts";
import type { EngineWatch } from "../engine-watch.ts";
import { confirm } from "../transitions.ts";
import type { HeldSimulation } from "./held.ts";

const startExpiresMs = 20_000;

export interface AttachParts {
  readonly held: HeldSimulation;
  readonly engine: Engine;
  readonly engines: EngineWatch;
  readonly config: EngineConfig;
  readonly freshAttempts: number;
}

/** The run to subscribe to. Throws EngineError, Fenced. Null: the simulation ended instead. */
export async function attach(parts: AttachParts): Promise<EngineRunInfo | null> {
  const { held, engine } = parts;
  if (held.simulation.attempt === 0) await firstAttempt(held);
  if (held.ended) return null;
  const found = await present(parts);
  if (found !== null) {
    await noteEngine(parts, found);
    return found;
  }
  if (neverBegan(held.simulation)) return begin(parts, null);
  return nextAttempt(parts, `The engine ${engine.address} has lost the run.`);
}

/** The last run cannot be gone on with: another one, from where the log ends or from its beginning. */
export async function nextAttempt(parts: AttachParts, reason: string): Promise<EngineRunInfo | null> {
  const { held, engine, engines, freshAttempts } = parts;
  const capabilities = engines.capabilitiesOf(engine.address) ?? (await engine.capabilities());
  const { run } = held.simulation;
  const sameEngine = run.engineVersion === null || run.engineVersion === capabilities.version;
  const replay = capabilities.deterministic && run.engineDeterministic && sameEngine;
  if (!replay) return freshAttempt(parts, reason, freshAttempts);
  const simulation = await held.write((current) =>
    isTerminal(current.status) ? null : another(current, reason, true),
  );
  if (held.ended) return null;
  return begin(parts, {
    engineSeq: simulation.run.engineSeq,
    digest: simulation.run.engineDigest ?? new Uint8Array(),
    simulatedTime: simulation.simulatedTime,
  });
}

/** From the beginning, a bounded number of times. */
export async function freshAttempt(
  parts: AttachParts,
  reason: string,
  allowed: number,
): Promise<EngineRunInfo | null> {
  const { held } = parts;
  await held.write((current) => {
    if (isTerminal(current.status)) return null;
    return current.run.freshAttempts < allowed
      ? another(current, reason, false)
      : confirm(current, "failed", {
          reason,
          failure: { code: "ENGINE_LOST", message: `${reason} Gave up after ${allowed} attempts anew.` },
        });
  });
  return held.ended ? null : begin(parts, null);
}

function another(simulation: Simulation, reason: string, replay: boolean): Change {
  const attempt = simulation.attempt + 1;
  const { run } = simulation;
  return {
    patch: {
      attempt,
      ...(replay ? {} : { simulatedTime: 0, progress: 0 }),
      run: replay ? {} : { engineSeq: 0, engineDigest: null, freshAttempts: run.freshAttempts + 1 },
    },
    events: [
      {
        simulatedTime: replay ? simulation.simulatedTime : 0,
        engineSeq: null,
        body: { type: "ATTEMPT_STARTED", attempt, reason, replay },
      },
    ],
  };
}

// Written down before the engine is asked, so that no run can exist that the row does not know.
async function firstAttempt(held: HeldSimulation): Promise<void> {
  await held.write((simulation) =>
    simulation.attempt === 0 && !isTerminal(simulation.status) ? { patch: { attempt: 1 }, events: [] } : null,
  );
}

// Nothing was ever heard of a run: starting it is not doing it again.
export function neverBegan(simulation: Simulation): boolean {
  return simulation.status === "STARTING" && simulation.run.engineSeq === 0 && simulation.attempt <= 1;
}

async function present({ held, engine }: AttachParts): Promise<EngineRunInfo | null> {
  try {
    return await engine.get(held.runKey());
  } catch (error) {
    if (error instanceof EngineError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}

async function begin(parts: AttachParts, replay: EngineStart["replay"]): Promise<EngineRunInfo> {
  const { held, engine, config } = parts;
  const { desiredStatus, desiredSpeed } = held.simulation;
  const info = await engine.start({
    run: held.runKey(),
    config,
    speed: desiredSpeed,
    paused: desiredStatus === "PAUSED",
    replay,
    expiresInMs: startExpiresMs,
  });
  await noteEngine(parts, info);
  return info;
}

// Which engine has the run, and whether it could be replayed: needed when it is lost.
async function noteEngine({ held, engine, engines }: AttachParts, info: EngineRunInfo): Promise<void> {
  const capabilities = engines.capabilitiesOf(engine.address) ?? (await engine.capabilities());
  await held.write(({ run, status }) => {
    const known =
      isTerminal(status) ||
      (run.engine === engine.address &&
        run.engineInstance === info.engineInstance &&
        run.engineVersion === info.engineVersion);
    if (known) return null;
    const { engineInstance, engineVersion } = info;
    const engineDeterministic = capabilities.deterministic;
    return {
      patch: { run: { engine: engine.address, engineInstance, engineVersion, engineDeterministic } },
      events: [],
    };
  });
}
