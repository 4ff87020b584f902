import { expect, it } from "vitest";
import type { LedgerLine } from "../../src/engine/ledger.ts";
import { ledgerOf } from "./ledgers.ts";

const key = { installationId: "i", simulationId: "s", attempt: 1 };
const lines: readonly LedgerLine[] = [
  { at: 1, what: "opened", pid: 10 },
  { at: 2, what: "start", ...key, token: 1 },
  { at: 3, what: "ended", ...key, how: "stopped: enough" },
  { at: 4, what: "stop", ...key, token: 2 },
  { at: 9, what: "opened", pid: 11 },
];
const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const run = { simulation: "s", attempt: 1 };

it("a ledger tells the calls and the ends of each life, and until when that is known to have lasted", () => {
  expect(ledgerOf("engine-1", text, 20)).toEqual({
    calls: [
      { engine: "engine-1/1", ...run, token: 1, call: "start", at: 2 },
      { engine: "engine-1/1", ...run, token: 2, call: "stop", at: 4 },
    ],
    ends: [{ engine: "engine-1/1", ...run, how: "stopped: enough", at: 3 }],
    lives: [
      { engine: "engine-1/1", from: 1, to: 4 },
      { engine: "engine-1/2", from: 9, to: 20 },
    ],
  });
  expect(ledgerOf("engine-1", text, null).lives.at(-1)).toEqual({ engine: "engine-1/2", from: 9, to: 9 });
});

it("a ledger that does not begin with its opening is not whole", () => {
  expect(() => ledgerOf("engine-1", text.slice(text.indexOf("\n") + 1), null)).toThrow("its opening");
});
