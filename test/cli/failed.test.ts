// Watching a simulation that the engine fails.
import { afterAll, afterEach, expect, it } from "vitest";
import { distributions, features } from "../../src/engine/model/features.ts";
import { type Event, LogRecord_Level, RunState } from "../../src/gen/architech/engine/v1/engine.ts";
import { type ScriptedEngine, startScriptedEngine } from "../support/scripted-engine.ts";
import {
  endServices,
  type ServiceProcess,
  startService,
  withDataFolder,
} from "../support/service-process.ts";
import { call, openOnTerminal } from "./command-line.ts";
import { screenOf } from "./terminal.ts";

let engine: ScriptedEngine | undefined;

afterEach(() => engine?.close());
afterAll(endServices);

/** What an engine says of its own, an escape code that would clear the screen included. */
const message = "The run would need more than 2,000,000 events\u001b[2J at once.";
const readable = "The run would need more than 2,000,000 events at once.";

const events: readonly Event[] = [
  {
    seq: 1,
    simTimeMs: 1_000,
    payload: {
      $case: "log",
      value: { level: LogRecord_Level.LEVEL_WARN, code: "TEST", message: "It grows.", target: "" },
    },
  },
  {
    seq: 2,
    simTimeMs: 2_000,
    payload: {
      $case: "failed",
      value: { code: "LIMIT_EXCEEDED", message, retryable: false, partial: undefined },
    },
  },
];

/** A service whose engine runs everything into that end. */
async function withFailing(use: (service: ServiceProcess) => Promise<void>): Promise<void> {
  const level = {
    state: RunState.RUN_STATE_FAILED,
    speed: 1,
    atSeq: 2,
    simTimeMs: 2_000,
    progress: undefined,
    reason: "",
    wallTime: undefined,
  };
  engine = await startScriptedEngine({
    batches: (afterSeq) => [
      { events: events.filter(({ seq }) => seq > afterSeq), level, rollingDigest: Buffer.from([2]) },
    ],
    capabilities: { features: [...features], distributions: [...distributions] },
  });
  const env = { ENGINE_URL: `grpc://${engine.address}` };
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir, env });
    await use(service);
    service.kill("SIGTERM");
    await service.exited;
  });
}

it("exits 3 and says why, to people and to programs, live and afterwards", async () => {
  await withFailing(async ({ url }) => {
    const live = await call(url, "start", "mm1", "--watch");
    expect(live).toMatchObject({ code: 3, err: `FAILED: ${readable} (LIMIT_EXCEEDED)\n` });
    expect(live.out).toContain("WARN It grows.");
    expect(live.out.trimEnd().split("\n").at(-1)).toMatch(/FAILED/);
    expect(live.out).not.toContain("\u001b");

    const again = await call(url, "watch", "last");
    expect(again).toMatchObject({ code: 3, err: live.err });

    const json = await call(url, "start", "mm1", "--watch", "--json");
    expect(json.code).toBe(3);
    const last = JSON.parse(json.out.trimEnd().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ __typename: "StatusChanged", status: "FAILED" });
    expect(last.simulation.failure).toEqual({ code: "LIMIT_EXCEEDED", message });
    expect(JSON.parse(json.err)).toEqual({ error: "Failed", code: "LIMIT_EXCEEDED", message });
  });
});

it("exits 3 on a terminal, whose last picture and last line tell the end", async () => {
  await withFailing(async ({ url }) => {
    const { code, out } = await openOnTerminal(url, ["start", "mm1", "--watch"], 100, 20).finished;
    expect(code).toBe(3);
    const screen = screenOf(out, 20).map((line) => line.trimEnd());
    expect(screen[0]).toMatch(/^mm1 {2}FAILED/);
    expect(screen).toContain(`FAILED: ${readable} (LIMIT_EXCEEDED)`);
  });
});
