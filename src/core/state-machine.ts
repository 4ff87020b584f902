// The life of a simulation, as a total table.
//
//     QUEUED <-> STARTING -> RUNNING <-> PAUSED        from any of them: FAILED, STOPPED
//                   |  `------------------^  (a start that was asked to pause)
//                   `-> COMPLETED <- RUNNING, PAUSED   (a run may end before its state was heard)
//
// `desiredStatus` is what was asked, `status` is what is confirmed; "stopping" and "pausing" are the difference
// between the two. Terminal never changes.
import type { DesiredStatus, SimulationStatus } from "./simulation.ts";

/** What is learnt about a simulation. `admitted` and `returned` come from the scheduler and a full engine. */
export type Confirmation =
  | "admitted"
  | "returned"
  | "running"
  | "paused"
  | "completed"
  | "stopped"
  | "failed";

/** The next status; "same": nothing changes; "never": it cannot be said of this status, and is not recorded. */
type Next = SimulationStatus | "same" | "never";

export const confirmations: Record<SimulationStatus, Record<Confirmation, Next>> = {
  QUEUED: {
    admitted: "STARTING",
    returned: "same",
    running: "never",
    paused: "never",
    completed: "never",
    stopped: "STOPPED",
    failed: "FAILED",
  },
  STARTING: {
    admitted: "same",
    returned: "QUEUED",
    running: "RUNNING",
    paused: "PAUSED",
    completed: "COMPLETED",
    stopped: "STOPPED",
    failed: "FAILED",
  },
  RUNNING: {
    admitted: "never",
    returned: "never",
    running: "same",
    paused: "PAUSED",
    completed: "COMPLETED",
    stopped: "STOPPED",
    failed: "FAILED",
  },
  PAUSED: {
    admitted: "never",
    returned: "never",
    running: "RUNNING",
    paused: "same",
    completed: "COMPLETED",
    stopped: "STOPPED",
    failed: "FAILED",
  },
  COMPLETED: terminal(),
  STOPPED: terminal(),
  FAILED: terminal(),
};

function terminal(): Record<Confirmation, Next> {
  return {
    admitted: "never",
    returned: "never",
    running: "never",
    paused: "never",
    completed: "never",
    stopped: "never",
    failed: "never",
  };
}

/** What a user asks. */
export type Intent = "stop" | "pause" | "resume" | "setSpeed";

/** "record": the desired state changes; "done": it is so already; "refuse": it can never be. */
type Answer = "record" | "done" | "refuse";

const underWay: Record<Intent, Record<DesiredStatus, Answer>> = {
  stop: { RUNNING: "record", PAUSED: "record", STOPPED: "done" },
  pause: { RUNNING: "record", PAUSED: "done", STOPPED: "refuse" },
  resume: { RUNNING: "done", PAUSED: "record", STOPPED: "refuse" },
  setSpeed: { RUNNING: "record", PAUSED: "record", STOPPED: "refuse" },
};

const ended: Record<"COMPLETED" | "STOPPED" | "FAILED", Record<Intent, Answer>> = {
  COMPLETED: { stop: "refuse", pause: "refuse", resume: "refuse", setSpeed: "refuse" },
  STOPPED: { stop: "done", pause: "refuse", resume: "refuse", setSpeed: "refuse" },
  FAILED: { stop: "refuse", pause: "refuse", resume: "refuse", setSpeed: "refuse" },
};

/** How a simulation in `status`, of which `desired` was last asked, answers an intent. */
export function answerTo(intent: Intent, status: SimulationStatus, desired: DesiredStatus): Answer {
  switch (status) {
    case "COMPLETED":
    case "STOPPED":
    case "FAILED":
      return ended[status][intent];
    default:
      return underWay[intent][desired];
  }
}
