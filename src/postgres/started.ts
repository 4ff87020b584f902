// What a start made before: found by its key, or, where an answer was lost, by its id.
import type { NewSimulation, StartInput } from "../core/ports/store.ts";
import type { Simulation } from "../core/simulation.ts";
import { type SimulationRow, simulationOf } from "./rows.ts";
import type { Database } from "./schema.ts";

export interface Started {
  readonly simulation: Simulation;
  readonly input: StartInput;
}

export async function findByKey(
  db: Database,
  userId: string,
  projectId: string,
  key: string,
): Promise<Started | null> {
  const row = await startedRows(db)
    .where("user_id", "=", userId)
    .where("project_id", "=", projectId)
    .where("idempotency_key", "=", key)
    .executeTakeFirst();
  return row === undefined ? null : startedOf(row);
}

/** What the draft's key made; else, where an answer was lost and the same draft comes again, what its id made. */
export async function find(
  db: Database,
  { simulation, idempotencyKey }: NewSimulation,
): Promise<Started | null> {
  const { id, userId, projectId } = simulation;
  if (idempotencyKey !== null) {
    const byKey = await findByKey(db, userId, projectId, idempotencyKey);
    if (byKey !== null) return byKey;
  }
  const row = await startedRows(db)
    .where("id", "=", id)
    .where("user_id", "=", userId)
    .where("project_id", "=", projectId)
    .executeTakeFirst();
  return row === undefined ? null : startedOf(row);
}

function startedRows(db: Database) {
  return db
    .selectFrom("simulations")
    .innerJoin("simulation_documents", "simulation_id", "id")
    .selectAll("simulations")
    .select("simulation_documents.input");
}

function startedOf({ input, ...row }: SimulationRow & { input: StartInput }): Started {
  return { simulation: simulationOf(row), input };
}
