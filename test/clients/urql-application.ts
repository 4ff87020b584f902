// What an application on urql does, whatever its cache.
import type { Client, OperationResult } from "@urql/core";
import { read, start, watch } from "./documents.ts";
import { type LogItem, Seen, type Snapshot } from "./seen.ts";

export function dataOf<Data>({ data, error }: OperationResult<Data>): Data {
  if (data === undefined || data === null) throw error ?? new Error("There is no data.");
  return data;
}

export async function started(client: Client, duration: number, speed: number): Promise<string> {
  const variables = { designId: "online-boutique", duration, speed };
  return dataOf(await client.mutation(start, variables)).startSimulation.id;
}

/** urql says the end of a stream by a last result that has nothing new. */
export function watched(client: Client, id: string, after = 0): Seen<LogItem> {
  const seen = new Seen<LogItem>();
  client.subscription(watch, { id, after }).subscribe((result) => {
    if (result.error !== undefined) seen.error(result.error);
    else if (!result.hasNext) seen.complete();
    else seen.next(dataOf(result).simulationEvents);
  });
  return seen;
}

/** What a view that shows the simulation renders, one value after the other. */
export function shown(client: Client, id: string): Seen<Snapshot> {
  const seen = new Seen<Snapshot>();
  client.query(read, { id }).subscribe(({ data, error }) => {
    if (error !== undefined) seen.error(error);
    else if (data?.simulation != null) seen.next(data.simulation);
  });
  return seen;
}
