// What the log says of an owner that is not the first. The first comes with STARTING.
import type { NewEvent } from "../core/events.ts";

/** `instead`: whose place it takes, where that is known. */
export function ownerChanged(
  simulatedTime: number,
  owner: string,
  fencingToken: number,
  instead: string | null,
): NewEvent {
  const whose = instead === null ? "" : ` instead of ${instead}, which is gone`;
  const message = `Replica ${owner} drives the simulation now${whose} (fencing token ${fencingToken}).`;
  return {
    simulatedTime,
    engineSeq: null,
    body: { type: "LOG_EMITTED", level: "INFO", code: "OWNER_CHANGED", message, componentId: null },
  };
}
