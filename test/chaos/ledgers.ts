// What the engines wrote down themselves of the calls that they accepted and of the runs that ended.
import { readFileSync } from "node:fs";
import type { LedgerLine } from "../../src/engine/ledger.ts";
import type { EngineCall, EngineLife, RunEnd } from "./oracle/end-state.ts";

export interface Ledgers {
  readonly calls: readonly EngineCall[];
  readonly ends: readonly RunEnd[];
  readonly lives: readonly EngineLife[];
}

interface Source {
  readonly name: string;
  readonly ledgerFile: string;
  readonly running: boolean;
}

/** Of all lives of these engines, in the order of each. */
export function readLedgers(engines: readonly Source[]): Ledgers {
  const all = engines.map(({ name, ledgerFile, running }) =>
    ledgerOf(name, readFileSync(ledgerFile, "utf8"), running ? Date.now() : null),
  );
  return {
    calls: all.flatMap(({ calls }) => calls),
    ends: all.flatMap(({ ends }) => ends),
    lives: all.flatMap(({ lives }) => lives),
  };
}

/** `aliveAt`: when the last life was seen alive, wall ms; null: it is over. */
export function ledgerOf(name: string, text: string, aliveAt: number | null): Ledgers {
  const calls: EngineCall[] = [];
  const ends: RunEnd[] = [];
  const lives: { engine: string; from: number; to: number }[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const said: LedgerLine = JSON.parse(line);
    const { at } = said;
    if (said.what === "opened") {
      lives.push({ engine: `${name}/${lives.length + 1}`, from: at, to: at });
      continue;
    }
    const life = lives.at(-1);
    if (life === undefined) throw new Error(`The ledger of ${name} does not begin with its opening.`);
    life.to = at;
    const { engine } = life;
    const { simulationId: simulation, attempt } = said;
    if (said.what === "ended") ends.push({ engine, simulation, attempt, how: said.how, at });
    else calls.push({ engine, simulation, attempt, token: said.token, call: said.what, at });
  }
  const last = lives.at(-1);
  if (last !== undefined && aliveAt !== null) last.to = aliveAt;
  return { calls, ends, lives };
}
