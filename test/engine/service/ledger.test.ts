import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { LedgerLine } from "../../../src/engine/ledger.ts";
import { hourMs, shop } from "./configs.ts";
import { ContractClient, refusalOf } from "./contract-client.ts";
import { EngineProcess } from "./engine-process.ts";

// Goal: with --ledger the engine writes down what it accepts, in that order, before anybody knows, and no refusal.

const releases: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function engineWith(file: string): Promise<{ engine: EngineProcess; client: ContractClient }> {
  const engine = await EngineProcess.start("--ledger", file);
  releases.push(() => engine.end());
  const client = new ContractClient(engine.address);
  releases.push(() => client.close());
  return { engine, client };
}

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "engine-ledger-"));
  releases.push(() => rmSync(folder, { recursive: true }));
  return join(folder, "ledger");
}

function linesOf(file: string): LedgerLine[] {
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const endless = shop({ horizonMs: 1_000 * hourMs, sampleIntervalMs: 60_000 });

test("each accepted command and each end is a line, and what was refused is none", async () => {
  const file = newFile();
  const { client } = await engineWith(file);
  const run = client.newRun();
  await client.start(run, endless, { fencingToken: 2 });
  await client.pause(run, 3);
  await refusalOf(client.resume(run, 2));
  for (let i = 0; i < 3; i += 1) await client.acknowledge(run, 0, 3);
  await client.acknowledge(run, 0, 4);
  await client.follow(run, 0, { fencingToken: 4 }).until(({ lastSeq }) => lastSeq >= 0);
  await client.stop(run, "enough", 5);
  await client.forget(run, 5);
  const never = client.newRun();
  await client.stop(never, "before it began", 7);

  const lines = linesOf(file);
  expect(lines[0]).toMatchObject({ what: "opened" });
  const told = lines.slice(1).map(({ at: _, ...line }) => line);
  expect(told.filter(({ what }) => what !== "subscribe")).toEqual([
    { what: "start", ...run, token: 2 },
    { what: "pause", ...run, token: 3 },
    { what: "acknowledge", ...run, token: 4 },
    { what: "ended", ...run, how: "stopped: enough" },
    { what: "stop", ...run, token: 5 },
    { what: "forget", ...run, token: 5 },
    { what: "stop", ...never, token: 7 },
  ]);
});

test("what was accepted is there after kill -9, and the next process goes on with the file", async () => {
  const file = newFile();
  const { engine, client } = await engineWith(file);
  const run = client.newRun();
  await client.start(run, endless);
  engine.child.kill("SIGKILL");
  await once(engine.child, "exit");
  await engineWith(file);
  expect(linesOf(file).map(({ what }) => what)).toEqual(["opened", "start", "opened"]);
});
