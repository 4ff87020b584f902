// Whether to send work here. The database is what nothing goes without; everything else degrades.
import type { Bus } from "./core/ports/bus.ts";
import type { EngineWatch } from "./orchestrator/engine-watch.ts";
import type { OpenDatabase } from "./postgres/open.ts";
import type { Readiness } from "./server/options.ts";

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
