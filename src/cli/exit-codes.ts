/** What the exit code says. Part of the interface: scripts depend on it. */
export const exitCodes = {
  /** Done; of a watched simulation: COMPLETED. */
  ok: 0,
  /** The API refused. */
  refused: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The simulation ended FAILED. */
  failed: 3,
  /** The simulation ended STOPPED. */
  stopped: 4,
  /** The service cannot be reached, or not any more. */
  unreachable: 5,
  /** A defect of this program. */
  defect: 70,
  /** Ctrl-C: watching ended, the simulation did not. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** How a watch ends by the status that the simulation has ended in. */
export function exitCodeOf(status: string): ExitCode {
  if (status === "FAILED") return exitCodes.failed;
  if (status === "STOPPED") return exitCodes.stopped;
  return exitCodes.ok;
}
