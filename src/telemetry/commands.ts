// What users ask of simulations, counted, traced, and told to the log.
import { ServiceError } from "../core/errors.ts";
import { limitNames } from "../core/metric-labels.ts";
import type { Log } from "../core/ports/log.ts";
import type { Meter } from "../core/ports/meter.ts";
import type { Commands } from "../orchestrator/commands.ts";
import type { Tracing } from "./tracing.ts";

interface CommandObservers {
  readonly meter: Meter;
  readonly tracing: Tracing | undefined;
  readonly log: Log;
}

export function observedCommands(commands: Commands, { meter, tracing, log }: CommandObservers): Commands {
  async function observed<T>(
    command: keyof Commands,
    facts: Record<string, string>,
    work: () => Promise<T>,
    told: (result: T) => object,
  ): Promise<T> {
    try {
      const result = await (tracing?.child(`command.${command}`, facts, work) ?? work());
      meter.count("simulations_commands_total", { command, outcome: "accepted" });
      log.info({ command, ...told(result) }, "A command was accepted.");
      return result;
    } catch (error) {
      const outcome = outcomeOf(error);
      meter.count("simulations_commands_total", { command, outcome });
      if (error instanceof ServiceError) {
        countLimit(meter, error);
        log.info(
          { command, simulationId: facts["simulation.id"], code: error.code },
          "A command was refused.",
        );
      }
      throw error;
    }
  }

  return {
    start: (viewer, request) =>
      observed(
        "start",
        {},
        () => commands.start(viewer, request),
        ({ id }) => ({ simulationId: id }),
      ),
    stop: (viewer, id) => one("stop", id, () => commands.stop(viewer, id)),
    pause: (viewer, id) => one("pause", id, () => commands.pause(viewer, id)),
    resume: (viewer, id) => one("resume", id, () => commands.resume(viewer, id)),
    setSpeed: (viewer, id, speed) => one("setSpeed", id, () => commands.setSpeed(viewer, id, speed)),
    stopMany: (viewer, filter) =>
      observed(
        "stopMany",
        {},
        () => commands.stopMany(viewer, filter),
        ({ matched, stopped }) => ({
          matched,
          stopped: stopped.length,
        }),
      ),
  };

  function one<T>(command: keyof Commands, id: string, work: () => Promise<T>): Promise<T> {
    return observed(command, { "simulation.id": id }, work, () => ({ simulationId: id }));
  }
}

function outcomeOf(error: unknown): "refused" | "unavailable" | "failed" {
  if (!(error instanceof ServiceError)) return "failed";
  return error.code === "UNAVAILABLE" ? "unavailable" : "refused";
}

/** Limits beyond the server's own, such as of the queue. */
function countLimit(meter: Meter, { code, details }: ServiceError): void {
  if (code !== "LIMIT_EXCEEDED") return;
  meter.count("simulations_limits_hit_total", { limit: limitLabel(details.limit) });
}

export function limitLabel(name: unknown): (typeof limitNames)[number] {
  return limitNames.find((known) => known === name) ?? "other";
}
