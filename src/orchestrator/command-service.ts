// The commands, over the ledger.
import { AskedTogether } from "../core/asked-together.ts";
import { ServiceError } from "../core/errors.ts";
import { limits } from "../core/limits.ts";
import type { SimulationFilter, SimulationStore, StartInput } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import type { Intent } from "../core/state-machine.ts";
import { commanding, mayCommand, type Viewer } from "../core/viewer.ts";
import type { Commands, StartRequest } from "./commands.ts";
import { draft } from "./draft.ts";
import type { Ledger } from "./ledger.ts";
import type { DesignPreparation, Preparation, Prepared } from "./prepare.ts";
import type { OrchestratorSettings } from "./settings.ts";
import { differingFields, requireRange, startInput } from "./start-input.ts";
import { intend, intendSpeed } from "./transitions.ts";

export interface CommandServiceParts {
  readonly store: SimulationStore;
  readonly ledger: Ledger;
  readonly preparation: DesignPreparation;
  readonly settings: OrchestratorSettings;
}

const underWay = ["QUEUED", "STARTING", "RUNNING", "PAUSED"] as const;

type StatusIntent = Exclude<Intent, "setSpeed">;

export class CommandService implements Commands {
  readonly #parts: CommandServiceParts;
  /** Of what each user has QUEUED. */
  readonly #queued = new AskedTogether<number>();

  constructor(parts: CommandServiceParts) {
    this.#parts = parts;
  }

  async start(viewer: Viewer, request: StartRequest): Promise<Simulation> {
    const { ledger, settings } = this.#parts;
    const input = startInput(viewer, request);

    const before = await this.#startedBefore(viewer, input, request.idempotencyKey);
    if (before !== null) return before;
    await this.#checkQueue(viewer);

    const design = accepted(input.designId, await this.#prepare(viewer, input));
    const result = await ledger.create(
      draft({ userId: viewer.userId, input, key: request.idempotencyKey, settings, design }),
    );
    return result.kind === "created" ? result.simulation : same(result, input);
  }

  stop(viewer: Viewer, id: string): Promise<Simulation> {
    return this.#intend(viewer, id, "stop");
  }

  pause(viewer: Viewer, id: string): Promise<Simulation> {
    return this.#intend(viewer, id, "pause");
  }

  resume(viewer: Viewer, id: string): Promise<Simulation> {
    return this.#intend(viewer, id, "resume");
  }

  async setSpeed(viewer: Viewer, id: string, speed: number): Promise<Simulation> {
    requireRange(speed, 0, limits.speedMax, "speed");
    return this.#record(viewer, id, "setSpeed", (simulation) => intendSpeed(simulation, speed));
  }

  async stopMany(
    viewer: Viewer,
    filter: SimulationFilter,
  ): Promise<{ matched: number; stopped: readonly Simulation[] }> {
    // Chosen where rows are chosen: what the viewer only sees is not matched.
    const operator = commanding(viewer);
    // What has ended cannot be stopped, whatever the filter names: history is not walked through.
    const statuses = underWay.filter((status) => filter.statuses?.includes(status) ?? true);
    if (statuses.length === 0) return { matched: 0, stopped: [] };
    const live = { ...filter, statuses };
    const matched = await this.#parts.store.count(operator, live);
    const stopped: Simulation[] = [];
    let after: string | undefined;
    for (let looked = 0; looked < limits.bulkStopMax; ) {
      const page = await this.#parts.store.list(operator, live, {
        limit: Math.min(limits.listPageMax, limits.bulkStopMax - looked),
        fromEnd: false,
        ...(after === undefined ? {} : { after }),
      });
      const answers = await Promise.all(page.simulations.map(({ id }) => this.#stopIfUnderWay(viewer, id)));
      looked += page.simulations.length;
      stopped.push(...answers.filter((answer) => answer !== null));
      after = page.simulations.at(-1)?.id;
      if (!page.hasNext || after === undefined) break;
    }
    return { matched, stopped };
  }

  // One that ended meanwhile, or that the filter names although it has ended, is no error of a bulk stop.
  async #stopIfUnderWay(viewer: Viewer, id: string): Promise<Simulation | null> {
    try {
      return await this.stop(viewer, id);
    } catch (error) {
      const ended =
        error instanceof ServiceError &&
        (error.code === "INVALID_TRANSITION" || error.code === "SIMULATION_NOT_FOUND");
      if (ended) return null;
      throw error;
    }
  }

  #intend(viewer: Viewer, id: string, intent: StatusIntent): Promise<Simulation> {
    return this.#record(viewer, id, intent, (simulation) => intend(simulation, intent));
  }

  async #record(
    viewer: Viewer,
    id: string,
    intent: Intent,
    decide: (simulation: Simulation) => ReturnType<typeof intend>,
  ): Promise<Simulation> {
    const result = await this.#parts.ledger.change<"impossible" | "forbidden">(
      id,
      { by: "viewer", viewer },
      (simulation) => {
        if (!mayCommand(viewer, simulation)) return { refuse: "forbidden" };
        const decided = decide(simulation);
        if (decided === "done") return "unchanged";
        return decided === "refuse" ? { refuse: "impossible" } : decided;
      },
    );
    switch (result.kind) {
      case "changed":
      case "unchanged":
        return result.simulation;
      case "refused":
        if (result.reason === "forbidden") throw forbidden(intent);
        throw impossible(intent, result.simulation);
      case "fenced":
      case "not-found":
        throw new ServiceError("SIMULATION_NOT_FOUND", "There is no such simulation.", { simulationId: id });
    }
  }

  async #startedBefore(
    viewer: Viewer,
    input: StartInput,
    key: string | undefined,
  ): Promise<Simulation | null> {
    if (key === undefined) return null;
    const found = await this.#parts.store.findByKey(viewer.userId, input.projectId, key);
    return found === null ? null : same(found, input);
  }

  // Counted from rows; a few starts at the very same moment may pass together.
  async #checkQueue(viewer: Viewer): Promise<void> {
    const maximum = this.#parts.settings.maxQueuedPerUser;
    const own = { userId: viewer.userId, statuses: ["QUEUED"] as const };
    const queued = await this.#queued.of(viewer.userId, () => this.#parts.store.count(viewer, own, maximum));
    if (queued < maximum) return;
    throw new ServiceError(
      "LIMIT_EXCEEDED",
      `You have ${queued} simulations in the queue, of at most ${maximum}. Wait for some to start, or stop them.`,
      { limit: "queuedPerUser", maximum },
    );
  }

  #prepare(viewer: Viewer, input: StartInput): Promise<Preparation> {
    const signal = AbortSignal.timeout(this.#parts.settings.designWaitMs);
    return this.#parts.preparation.prepare(input, {
      authorization: viewer.authorization,
      userId: viewer.userId,
      signal,
    });
  }
}

// A design service that is slow or down delays the run, not the answer.
function accepted(
  designId: string,
  preparation: Preparation,
): Prepared | { kind: "unavailable"; reason: string } {
  switch (preparation.kind) {
    case "ready":
    case "unavailable":
      return preparation;
    case "not-found":
      throw new ServiceError(
        "DESIGN_NOT_FOUND",
        "There is no such design. Query designs for those there are.",
        {
          designId,
        },
      );
    case "invalid":
      throw new ServiceError("DESIGN_INVALID", "The design cannot be simulated as it is. See the problems.", {
        designId,
        problems: preparation.problems,
      });
  }
}

function same(started: { simulation: Simulation; input: StartInput }, input: StartInput): Simulation {
  const fields = differingFields(started.input, input);
  if (fields.length === 0) return started.simulation;
  throw new ServiceError(
    "IDEMPOTENCY_CONFLICT",
    `This idempotency key started another simulation, with other input (${fields.join(", ")}). Use a new key.`,
    { simulationId: started.simulation.id, fields },
  );
}

const verbs: Record<Intent, string> = {
  stop: "be stopped",
  pause: "be paused",
  resume: "be resumed",
  setSpeed: "change its speed",
};

function forbidden(intent: Intent): ServiceError {
  return new ServiceError(
    "FORBIDDEN",
    `This simulation is another user's: you may look at it, but as an operator of its project only can it ${verbs[intent]}.`,
    { role: "operator" },
  );
}

function impossible(intent: Intent, simulation: Simulation): ServiceError {
  const { status, desiredStatus } = simulation;
  const why =
    status === "COMPLETED" || status === "FAILED" || status === "STOPPED" ? status : "being stopped";
  return new ServiceError("INVALID_TRANSITION", `A simulation that is ${why} cannot ${verbs[intent]}.`, {
    status,
    desiredStatus,
  });
}
