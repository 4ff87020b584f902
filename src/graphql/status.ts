import type { DesiredStatus, SimulationStatus } from "../core/simulation.ts";
import { builder } from "./builder.ts";

const statuses: Record<SimulationStatus, { description: string }> = {
  QUEUED: {
    description: "Waits for a place on an engine, or for its design; `queue` and `waiting` say why.",
  },
  STARTING: { description: "Has a place; the engine has not confirmed the run yet." },
  RUNNING: { description: "The engine confirmed that it runs." },
  PAUSED: { description: "The engine confirmed that it holds; no event beyond that simulated time exists." },
  COMPLETED: { description: "Ran to its end. Terminal; there is a report." },
  STOPPED: { description: "Was stopped. Terminal." },
  FAILED: { description: "Could not be run, or not to its end; `failure` says why. Terminal." },
};

export const SimulationStatusEnum = builder.enumType("SimulationStatus", {
  description: "What is confirmed. The terminal statuses never change.",
  values: statuses,
});

const desired: Record<DesiredStatus, { description: string }> = {
  RUNNING: { description: "It shall run." },
  PAUSED: { description: "It shall hold." },
  STOPPED: { description: "It shall end." },
};

export const DesiredStatusEnum = builder.enumType("DesiredStatus", {
  description: "What was last asked. Stopping and pausing are the difference between this and the status.",
  values: desired,
});
