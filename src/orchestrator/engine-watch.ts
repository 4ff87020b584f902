// Which engines answer, and what they can do: asked every second, so that a simulation is placed only where it
// can run, and waits with a stated reason where nothing answers.

import { messageOf } from "../core/errors.ts";
import type { Engine, EngineCapabilities, EngineFleet } from "../core/ports/engines.ts";
import type { Log } from "../core/ports/log.ts";
import { type Loop, startLoop } from "./loop.ts";

const everyMs = 1_000;
/** An engine that has not answered for this long is not offered runs. */
const staleMs = 3_500;
/** An engine that said that it is full, or drains, is not offered runs for this long. */
const avoidMs = 5_000;

interface Answered {
  readonly capabilities: EngineCapabilities;
  readonly at: number;
}

export class EngineWatch {
  readonly #fleet: EngineFleet;
  readonly #log: Log;
  readonly #answered = new Map<string, Answered>();
  readonly #silent = new Set<string>();
  readonly #avoidUntil = new Map<string, number>();
  readonly #loops: readonly Loop[];
  readonly #changed: () => void;

  /** `changed`: an engine has become available, or another version of itself. */
  constructor(fleet: EngineFleet, log: Log, changed: () => void) {
    this.#fleet = fleet;
    this.#log = log;
    this.#changed = changed;
    // One for each: an engine that hangs delays no word of another.
    this.#loops = fleet.engines.map((engine) =>
      startLoop(
        () => this.#ask(engine).then(() => everyMs),
        () => everyMs,
      ),
    );
  }

  /** Engines that answered lately. */
  available(): readonly { readonly engine: Engine; readonly capabilities: EngineCapabilities }[] {
    return this.#fleet.engines.flatMap((engine) => {
      const capabilities = this.capabilitiesOf(engine.address);
      return capabilities === undefined ? [] : [{ engine, capabilities }];
    });
  }

  /** Those of them that have not refused a run just now. */
  placeable(): ReturnType<EngineWatch["available"]> {
    const now = performance.now();
    return this.available().filter(({ engine }) => (this.#avoidUntil.get(engine.address) ?? 0) <= now);
  }

  /** It has no room, or is about to end: for some seconds no run is offered to it. */
  avoid(address: string): void {
    this.#avoidUntil.set(address, performance.now() + avoidMs);
  }

  /** Undefined: it has not answered lately. */
  capabilitiesOf(address: string): EngineCapabilities | undefined {
    const answered = this.#answered.get(address);
    return answered !== undefined && performance.now() - answered.at < staleMs
      ? answered.capabilities
      : undefined;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
  }

  async #ask(engine: Engine): Promise<void> {
    const before = this.capabilitiesOf(engine.address);
    try {
      const capabilities = await engine.capabilities();
      this.#answered.set(engine.address, { capabilities, at: performance.now() });
      this.#silent.delete(engine.address);
      if (before?.instance !== capabilities.instance) {
        this.#log.info({ engine: engine.address, version: capabilities.version }, "An engine answers.");
        this.#changed();
      }
    } catch (error) {
      if (!this.#silent.has(engine.address)) {
        this.#silent.add(engine.address);
        this.#log.warn({ engine: engine.address, reason: messageOf(error) }, "An engine does not answer.");
      }
    }
  }
}
