// Documents of starts, each once, by the hash of their bytes: many simulations are started of one design. Nothing ever
// leaves `contents`, as no simulation does. What is written of a simulation later stands in its own row, as before.
import { type Kysely, sql } from "kysely";

const statements = [
  "create table if not exists contents (hash bytea primary key, content bytea not null)",
  `alter table simulation_documents
    add column if not exists design_hash bytea,
    add column if not exists engine_encoded_hash bytea,
    add column if not exists engine_parts_hash bytea`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
