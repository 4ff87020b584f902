// The rows of docs/degradation.md that the tests hold, in the words of the API.
import { staleReasons } from "../../src/feed/stale-reasons.ts";
import type { Faults } from "./world.ts";

export interface Row {
  readonly faults: Faults;
  /** How a start is answered: refused, to be asked again; or accepted, waiting for this; null: it runs. */
  readonly start: "UNAVAILABLE" | "ENGINE_UNAVAILABLE" | "DESIGN_SERVICE" | null;
  /** Of /readyz. */
  readonly ready: {
    readonly status: "ok" | "degraded" | "down";
    readonly database: Health;
    readonly bus: Health;
    readonly engines: Health;
  };
  /** What a live stream says for as long as it lasts; null: it stays LIVE. */
  readonly stale: RegExp | null;
}

type Health = "ok" | "down";

const databaseDown = exactly(staleReasons.storeDown);
const busDown = exactly(staleReasons.busDown);
const engineLost = /engine/i;

export const rows: readonly Row[] = [
  row({ postgres: "down" }, "UNAVAILABLE", databaseDown),
  row({ postgres: "hanging" }, "UNAVAILABLE", databaseDown),
  row({ redis: "down" }, null, busDown),
  row({ redis: "hanging" }, null, busDown),
  row({ engine: "down" }, "ENGINE_UNAVAILABLE", engineLost),
  row({ engine: "hanging" }, "ENGINE_UNAVAILABLE", engineLost),
  row({ designs: "down" }, "DESIGN_SERVICE", null),
  row({ designs: "hanging" }, "DESIGN_SERVICE", null),
  row({ postgres: "down", redis: "hanging" }, "UNAVAILABLE", databaseDown),
  row({ postgres: "down", engine: "hanging" }, "UNAVAILABLE", databaseDown),
  row({ postgres: "down", designs: "hanging" }, "UNAVAILABLE", databaseDown),
  row({ redis: "down", engine: "hanging" }, "ENGINE_UNAVAILABLE", busDown),
  row({ redis: "hanging", designs: "down" }, "DESIGN_SERVICE", busDown),
  row({ engine: "down", designs: "hanging" }, "DESIGN_SERVICE", engineLost),
];

function row(faults: Faults, start: Row["start"], stale: RegExp | null): Row {
  const health = (part: keyof Faults): Health => (faults[part] === undefined ? "ok" : "down");
  const [database, bus, engines] = [health("postgres"), health("redis"), health("engine")];
  const whole = bus === "ok" && engines === "ok";
  const status = database === "down" ? "down" : whole ? "ok" : "degraded";
  return { faults, start, ready: { status, database, bus, engines }, stale };
}

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(".", "\\.")}$`);
}

export function title({ faults }: Row): string {
  return Object.entries(faults)
    .map(([part, trouble]) => `${part} ${trouble}`)
    .join(", ");
}
