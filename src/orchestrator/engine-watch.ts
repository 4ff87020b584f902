// Which engines answer, and what they can do: asked every second, so that a simulation is placed only where it
// can run, and waits with a stated reason where nothing answers.

import { messageOf } from "../core/errors.ts";
import type { Engine, EngineCapabilities, EngineFleet } from "../core/ports/engines.ts";
import type { Log } from "../core/ports/log.ts";
import { type Loop, startLoop } from "./loop.ts";

const everyMs = 1_000;
/** An engine that has not answered for this long is not offered runs. */
const staleMs = 3_500;

interface Answered {
  readonly capabilities: EngineCapabilities;
  readonly at: number;
}

export class EngineWatch {
  readonly #fleet: EngineFleet;
  readonly #log: Log;
  readonly #answered = new Map<string, Answered>();
  readonly #silent = new Set<string>();
  readonly #loop: Loop;
  readonly #changed: () => void;

  /** `changed`: an engine has become available, or another version of itself. */
  constructor(fleet: EngineFleet, log: Log, changed: () => void) {
    this.#fleet = fleet;
    this.#log = log;
    this.#changed = changed;
    this.#loop = startLoop(
      () => this.#ask(),
      () => everyMs,
    );
  }

  /** Engines that answered lately. */
  available(): readonly { readonly engine: Engine; readonly capabilities: EngineCapabilities }[] {
    return this.#fleet.engines.flatMap((engine) => {
      const capabilities = this.capabilitiesOf(engine.address);
      return capabilities === undefined ? [] : [{ engine, capabilities }];
    });
  }

  /** Undefined: it has not answered lately. */
  capabilitiesOf(address: string): EngineCapabilities | undefined {
    const answered = this.#answered.get(address);
    return answered !== undefined && performance.now() - answered.at < staleMs
      ? answered.capabilities
      : undefined;
  }

  /** Asks again at once. */
  nudge(): void {
    this.#loop.nudge();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #ask(): Promise<number> {
    await Promise.all(this.#fleet.engines.map((engine) => this.#askOne(engine)));
    return everyMs;
  }

  async #askOne(engine: Engine): Promise<void> {
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
