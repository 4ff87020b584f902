// How many simulations there are, for the gauges: read from the rows at most once in some seconds, however often and by
// however many they are asked for.
import type { Meter } from "../core/ports/meter.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import { serviceViewer } from "../core/viewer.ts";

const freshMs = 5_000;
const countedTo = 10_000;
const open = ["QUEUED", "STARTING", "RUNNING", "PAUSED"] as const;

interface Counts {
  readonly byStatus: ReadonlyMap<(typeof open)[number], number>;
  readonly oldestSeconds: number;
}

export function countSimulations(store: SimulationStore, meter: Meter): void {
  let newest: { readonly at: number; readonly counts: Promise<Counts> } | undefined;
  const counts = (): Promise<Counts> => {
    if (newest === undefined || performance.now() - newest.at > freshMs) {
      const reading = read(store);
      newest = { at: performance.now(), counts: reading };
      // Whoever asks hears of it; the next one asks again.
      reading.catch(() => {
        newest = undefined;
      });
    }
    return newest.counts;
  };
  for (const status of open) {
    meter.gauge("simulations_by_status", { status }, async () => (await counts()).byStatus.get(status));
  }
  meter.gauge("simulations_queue_oldest_seconds", {}, async () => (await counts()).oldestSeconds);
}

async function read(store: SimulationStore): Promise<Counts> {
  const numbers = await Promise.all(
    open.map(
      async (status) =>
        [status, await store.count(serviceViewer, { statuses: [status] }, countedTo)] as const,
    ),
  );
  const oldest = await store.list(serviceViewer, { statuses: ["QUEUED"] }, { limit: 1, fromEnd: true });
  const [first] = oldest.simulations;
  const oldestSeconds = first === undefined ? 0 : Math.max(0, Date.now() - first.createdAt.getTime()) / 1000;
  return { byStatus: new Map(numbers), oldestSeconds };
}
