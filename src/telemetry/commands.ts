// What users ask of simulations, counted and traced. The audit trail tells the log.
import { ServiceError } from "../core/errors.ts";
import { limitNames } from "../core/metric-labels.ts";
import type { Meter } from "../core/ports/meter.ts";
import type { Commands } from "../orchestrator/commands.ts";
import type { Tracing } from "./tracing.ts";

export function observedCommands(commands: Commands, meter: Meter, tracing: Tracing | undefined): Commands {
  async function observed<T>(
    command: keyof Commands,
    facts: Record<string, string>,
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      const result = await (tracing?.child(`command.${command}`, facts, work) ?? work());
      meter.count("simulations_commands_total", { command, outcome: "accepted" });
      return result;
    } catch (error) {
      meter.count("simulations_commands_total", { command, outcome: outcomeOf(error) });
      if (error instanceof ServiceError) countLimit(meter, error);
      throw error;
    }
  }

  return {
    start: (viewer, request) => observed("start", {}, () => commands.start(viewer, request)),
    stop: (viewer, id) => one("stop", id, () => commands.stop(viewer, id)),
    pause: (viewer, id) => one("pause", id, () => commands.pause(viewer, id)),
    resume: (viewer, id) => one("resume", id, () => commands.resume(viewer, id)),
    setSpeed: (viewer, id, speed) => one("setSpeed", id, () => commands.setSpeed(viewer, id, speed)),
    stopMany: (viewer, filter) => observed("stopMany", {}, () => commands.stopMany(viewer, filter)),
  };

  function one<T>(command: keyof Commands, id: string, work: () => Promise<T>): Promise<T> {
    return observed(command, { "simulation.id": id }, work);
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
