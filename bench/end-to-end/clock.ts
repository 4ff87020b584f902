/** ms of the machine's monotonic clock: the same for all processes on it. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
