// The audit trail: each entry a line of the log at once, and a row. Entries that come while rows are being written
// leave together with the next ones.
import { messageOf } from "../core/errors.ts";
import type { Audit, AuditEntry } from "../core/ports/audit.ts";
import type { Log } from "../core/ports/log.ts";

/** In one statement. */
const batch = 200;
/** Entries that wait; of more, only the lines of the log are left. */
const most = 10_000;

/** Characters of a text. */
const longest = 300;

interface Waiting {
  readonly entry: AuditEntry;
  readonly written: () => void;
}

export class AuditTrail {
  readonly #audit: Audit;
  readonly #log: Log;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(audit: Audit, log: Log) {
    this.#audit = audit;
    this.#log = log;
  }

  /** Resolves when the row is written, or cannot be: then the log has said so. Never rejects. */
  record(given: AuditEntry): Promise<void> {
    const entry = storable(given);
    this.#log.info({ audit: entry }, `${entry.action}: ${entry.result}.`);
    if (this.#waiting.length >= most) {
      this.#log.error({ audit: entry }, "An entry of the audit trail is in the log only: too many wait.");
      return Promise.resolve();
    }
    return new Promise((written) => {
      this.#waiting.push({ entry, written });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const now = this.#waiting.splice(0, batch);
      const entries = now.map(({ entry }) => entry);
      await this.#audit.write(entries).catch((error: unknown) => {
        this.#log.error({ reason: messageOf(error), audit: entries }, "The audit trail is in the log only.");
      });
      for (const { written } of now) written();
    }
    this.#writing = false;
  }
}

/** What clients have made up must neither fill the trail nor keep it from being written: other entries share the batch. */
function storable(entry: AuditEntry): AuditEntry {
  const { subject, projectId, simulationId } = entry;
  return {
    ...entry,
    subject: subject === null ? null : cleaned(subject),
    projectId: projectId === null ? null : cleaned(projectId),
    simulationId: simulationId === null ? null : cleaned(simulationId),
  };
}

function cleaned(text: string): string {
  return text.slice(0, longest).replace(/[\p{Cc}\p{Cs}]/gu, "\uFFFD");
}
