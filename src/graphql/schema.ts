// The schema: every noun adds itself to the builder, which then builds.
import { lexicographicSortSchema, printSchema } from "graphql";
import "./scalars.ts";
import "./design.ts";
import "./simulation.ts";
import "./event.ts";
import "./metrics-event.ts";
import "./event-history.ts";
import "./simulations.ts";
import "./start.ts";
import "./control.ts";
import "./bulk.ts";
import "./subscriptions.ts";
import "./viewer.ts";
import "./announcements.ts";
import "./audit.ts";
import { audited } from "./audited.ts";
import { builder } from "./builder.ts";

export const schema = audited(builder.toSchema());

/** The schema as text, in one order whatever the order of the files above. */
export function schemaText(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
