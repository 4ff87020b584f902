// Retention in the background: metrics of simulations that ended long ago make room, and so do the oldest entries of
// the audit trail, and what is known of sessions and announcements that are over. Status events, logs and reports stay.
import { messageOf } from "../core/errors.ts";
import type { Announcements } from "../core/ports/announcements.ts";
import type { Audit } from "../core/ports/audit.ts";
import type { Log } from "../core/ports/log.ts";
import type { Revocations } from "../core/ports/sessions.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import { type Loop, startLoop } from "./loop.ts";

const batch = 2_000;
/** Between two batches, so that live work goes first. */
const betweenMs = 50;
const everyMs = 60_000;
const dayMs = 24 * 3_600_000;

export interface RetentionParts {
  readonly store: SimulationStore;
  readonly log: Log;
  readonly audit: Pick<Audit, "forget">;
  readonly revocations: Pick<Revocations, "forget">;
  readonly announcements: Pick<Announcements, "forget">;
  /** Entries are kept this long, ms. */
  readonly keepAuditMs: number;
  /** No token is believed for longer, ms: what was revoked before matters no more. */
  readonly tokenMaxAgeMs: number;
  /** Metrics are kept this long after the end of their simulation, ms. */
  readonly keepMetricsMs: number;
}

export function startRetention(parts: RetentionParts): Loop {
  const { store, audit, revocations, announcements, log, keepMetricsMs, keepAuditMs, tokenMaxAgeMs } = parts;
  return startLoop(
    async () => {
      const removed = await store.dropMetrics(new Date(Date.now() - keepMetricsMs), batch);
      if (removed !== null || (await audit.forget(keepAuditMs, batch))) return betweenMs;
      // Twice: clocks differ. A day: also where authentication was switched off in between.
      await revocations.forget(Math.max(dayMs, 2 * tokenMaxAgeMs));
      await announcements.forget(dayMs);
      return everyMs;
    },
    (error) => {
      log.warn({ reason: messageOf(error) }, "Retention failed; trying again.");
      return everyMs;
    },
  );
}
