import { afterAll, beforeAll } from "vitest";
import { engineContract } from "./contract.ts";
import { EngineProcess } from "./engine-process.ts";

// Goal: the reference engine keeps every sentence of the contract. With ENGINE_ADDRESS=host:port the same tests
// run against an engine that is there already, in whatever language it is written.

const elsewhere = process.env.ENGINE_ADDRESS;
let engine: EngineProcess | undefined;

beforeAll(async () => {
  if (elsewhere === undefined)
    engine = await EngineProcess.start("--window-events", "256", "--capacity", "20");
});

afterAll(async () => {
  await engine?.end();
});

engineContract("the engine", () => elsewhere ?? engine?.address ?? "");
