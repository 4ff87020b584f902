// Whether to send work here. The database is what nothing goes without; everything else degrades.
import type { Bus } from "./core/ports/bus.ts";
import type { EngineWatch } from "./orchestrator/engine-watch.ts";
import type { OpenDatabase } from "./postgres/open.ts";
import type { Readiness } from "./server/options.ts";

/** What is asked more often than this is answered with the last reading, ms: asking must not keep leases waiting. */
const readingMs = 500;

/** One reading at a time, whoever asks. */
export function sharedReadiness(read: () => Promise<Readiness>): () => Promise<Readiness> {
  let latest: { readonly at: number; readonly state: Promise<Readiness> } | undefined;
  return () => {
    const now = performance.now();
    if (latest === undefined || now - latest.at >= readingMs) latest = { at: now, state: read() };
    return latest.state;
  };
}

export async function readiness(database: OpenDatabase, bus: Bus, engines: EngineWatch): Promise<Readiness> {
  const parts = {
    database: await database.ping().then(
      () => "ok" as const,
      () => "down" as const,
    ),
    bus: bus.health().up ? ("ok" as const) : ("down" as const),
    engines: engines.available().length > 0 ? ("ok" as const) : ("down" as const),
  };
  if (parts.database === "down") return { status: "down", parts };
  const isWhole = parts.bus === "ok" && parts.engines === "ok";
  return { status: isWhole ? "ok" : "degraded", parts };
}
