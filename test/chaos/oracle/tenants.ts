// What is another's stays another's: I13.
import type { Joined } from "../history.ts";
import type { EndRow } from "./end-state.ts";
import type { Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** Each client and simulation is named once. A client that never said who it is may see everything. */
export function* tenantsAreApart({
  joined,
  rows,
  streams,
  starts,
  intents,
  looks,
}: Evidence): Iterable<Violation> {
  const told = new Set<string>();
  function* judged(client: string, simulation: string, what: string): Iterable<Violation> {
    const who = joined.get(client);
    const row = rows.get(simulation);
    if (who === undefined || row === undefined || maySee(who, row)) return;
    const name = `${client} ${simulation}`;
    if (told.has(name)) return;
    told.add(name);
    const detail = `${client} (${who.user}) ${what} a simulation of ${row.user} in ${row.project}.`;
    yield { invariant: "I13", harm: "disclosed", simulation, detail };
  }

  for (const { opened, items, completed } of streams) {
    if (items.length > 0 || completed) yield* judged(opened.client, opened.simulation, "followed");
    for (const item of items) {
      if (item.simulation !== opened.simulation) yield* judged(item.client, item.simulation, "was brought");
    }
  }
  for (const { asked, answered } of intents) {
    if (answered?.outcome.kind === "accepted") yield* judged(asked.client, asked.simulation, "commanded");
  }
  for (const { client, simulation } of looks) yield* judged(client, simulation, "read");
  for (const { asked, answered } of starts) {
    if (answered?.outcome.kind !== "accepted") continue;
    yield* judged(asked.client, answered.outcome.simulation, "was answered with");
  }
}

function maySee({ admin, user, projects }: Joined, row: EndRow): boolean {
  return admin || row.user === user || projects.includes(row.project);
}
