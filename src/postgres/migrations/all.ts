// Forward only: a migration that has been released is never edited, and each keeps the release before it working.
import type { Migration } from "kysely/migration";
import * as simulations from "./0001-simulations.ts";
import * as metricsRollUps from "./0002-metrics-roll-ups.ts";
import * as sessionsAudit from "./0003-sessions-audit.ts";
import * as queue from "./0004-queue.ts";
import * as replicaSessions from "./0005-replica-sessions.ts";
import * as contents from "./0006-contents.ts";

export const migrations: Readonly<Record<string, Migration>> = {
  "0001-simulations": simulations,
  "0002-metrics-roll-ups": metricsRollUps,
  "0003-sessions-audit": sessionsAudit,
  "0004-queue": queue,
  "0005-replica-sessions": replicaSessions,
  "0006-contents": contents,
};
