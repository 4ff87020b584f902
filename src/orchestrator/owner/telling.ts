// What becomes of a simulation, in one line of the log for each status.
import type { Log } from "../../core/ports/log.ts";
import { isTerminal, type Simulation } from "../../core/simulation.ts";

const sentences: Readonly<Record<Simulation["status"], string>> = {
  QUEUED: "A simulation went back to the queue.",
  STARTING: "A simulation starts.",
  RUNNING: "A simulation runs.",
  PAUSED: "A simulation is paused.",
  COMPLETED: "A simulation has completed.",
  FAILED: "A simulation has failed.",
  STOPPED: "A simulation has been stopped.",
};

export function tellingStatus(log: Log): (simulation: Simulation) => void {
  return (simulation) => {
    const { id, status, attempt, simulatedTime, lastSeq, failure } = simulation;
    const facts = { simulationId: id, status, attempt };
    if (!isTerminal(status)) return log.info(facts, sentences[status]);
    const failed = failure === null ? {} : { failure: failure.code };
    const durationS = wallSeconds(simulation);
    log.info({ ...facts, durationS, simulatedTime, events: lastSeq, ...failed }, sentences[status]);
  };
}

/** From the first word of the engine to the end, pauses included; null: it never ran. */
function wallSeconds({ startTime, endTime }: Simulation): number | null {
  return startTime === null || endTime === null ? null : (endTime.getTime() - startTime.getTime()) / 1000;
}
