import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { defaultLimits } from "../../../src/engine/limits.ts";
import { readOptions } from "../../../src/engine/options.ts";
import { RunState } from "../../../src/gen/architech/engine/v1/engine.ts";
import {
  HealthClient,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../../src/gen/grpc/health/v1/health.ts";
import { hourMs, shop } from "./configs.ts";
import { ContractClient, refusalOf } from "./contract-client.ts";
import { EngineProcess, main } from "./engine-process.ts";

// Goal: the engine program begins, tells where it listens, and ends when it must, also in mid-run.

const releases: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

async function startEngine(...args: string[]): Promise<{ engine: EngineProcess; client: ContractClient }> {
  const engine = await EngineProcess.start(...args);
  releases.push(() => engine.end());
  const client = new ContractClient(engine.address);
  releases.push(() => client.close());
  return { engine, client };
}

/** As busy as a run can be: endless, as fast as possible, its stream followed. */
async function busyRun(client: ContractClient) {
  const run = client.newRun();
  await client.start(run, shop({ horizonMs: 1_000 * hourMs, sampleIntervalMs: 60_000 }));
  const following = client.follow(run, 0, { acknowledge: true });
  await following.until(({ lastSeq }) => lastSeq >= 5);
  return { run, following };
}

describe("with --end-with-parent", () => {
  test("the engine ends with code 0 when its input closes, in mid-run", async () => {
    const { engine, client } = await startEngine();
    const { following } = await busyRun(client);
    expect(await engine.end()).toBe(0);
    expect((await following.end)?.code).toBe(status.UNAVAILABLE);
  });

  test("the engine ends when its parent is killed", async () => {
    const parentSource = `
      import { spawn } from "node:child_process";
      const child = spawn(process.execPath, [${JSON.stringify(main)}, "--end-with-parent", "--log-level", "error"]);
      child.stdout.pipe(process.stdout);
      process.stdout.write(JSON.stringify({ pid: child.pid }) + "\\n");
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", parentSource]);
    releases.push(() => parent.kill("SIGKILL"));
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const { pid } = JSON.parse((await lines.next()).value ?? "");
    const { listening } = JSON.parse((await lines.next()).value ?? "");
    const client = new ContractClient(listening);
    releases.push(() => client.close());
    const { following } = await busyRun(client);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    expect((await following.end)?.code).toBe(status.UNAVAILABLE);
    while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
  });
});

describe("on SIGTERM", () => {
  test("an engine without runs ends at once with code 0", async () => {
    const { engine } = await startEngine();
    engine.child.kill("SIGTERM");
    expect(await engine.exited()).toBe(0);
  });

  test("the engine takes no new runs, says so by its health, and ends with its last run", async () => {
    const { engine, client } = await startEngine("--drain-ms", "60000");
    const { run } = await busyRun(client);
    const health = new HealthClient(engine.address, credentials.createInsecure());
    releases.push(() => health.close());
    const watch = health.watch({ service: "" });
    watch.on("error", () => {});
    const seen: unknown[] = [];
    const notServing = new Promise<void>((resolve) => {
      watch.on("data", ({ status: serving }) => {
        seen.push(serving);
        if (serving === ServingStatus.SERVING) engine.child.kill("SIGTERM");
        else resolve();
      });
    });
    await notServing;
    expect(seen).toEqual([ServingStatus.SERVING, ServingStatus.NOT_SERVING]);
    const refusal = await refusalOf(client.start(client.newRun(), shop()));
    expect(refusal).toMatchObject({ code: status.UNAVAILABLE, word: "DRAINING" });

    // The run that is under way is still served, and still found by a repeated Start.
    expect((await client.get(run)).state).toBe(RunState.RUN_STATE_RUNNING);
    const again = await client.start(run, shop({ horizonMs: 1_000 * hourMs, sampleIntervalMs: 60_000 }));
    expect(again.created).toBe(false);
    await client.stop(run);
    expect(await engine.exited()).toBe(0);
  });

  test("the engine ends within its bound, and leaves its runs as lost, not as stopped", async () => {
    const { engine, client } = await startEngine("--drain-ms", "200");
    const { following } = await busyRun(client);
    engine.child.kill("SIGTERM");
    expect(await engine.exited()).toBe(0);
    expect((await following.end)?.code).toBe(status.UNAVAILABLE);
    expect(following.levels.map((level) => level.state)).not.toContain(RunState.RUN_STATE_STOPPED);
  });
});

describe("the command line", () => {
  test.each([
    [["--port", "99999"], '--port: "99999" is not a whole number from 0 to 65535'],
    [["--capacity", "many"], '--capacity: "many" is not a whole number'],
    [["--window", "5"], "Unknown option '--window'"],
    [["--log-level", "loud"], '--log-level: "loud" is not one of'],
  ])("%j ends with code 2 and says what is wrong", async (args, message) => {
    const child = spawn(process.execPath, [main, ...args]);
    let said = "";
    child.stderr.on("data", (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, "close");
    expect(code).toBe(2);
    expect(said).toContain(message);
  });

  test("options can come from the environment; the command line is stronger", () => {
    const environment = {
      ENGINE_CAPACITY: "3",
      ENGINE_ORPHAN_TIMEOUT_MS: "500",
      ENGINE_END_WITH_PARENT: "true",
    };
    const options = readOptions(["--capacity", "5"], environment);
    expect(options.limits).toEqual({ ...defaultLimits, capacity: 5, orphanTimeoutMs: 500 });
    expect(options).toMatchObject({ host: "127.0.0.1", port: 0, endWithParent: true });
    expect(() => readOptions([], { ENGINE_PORT: "http" })).toThrow('--port: "http"');
  });

  test("a port that is taken ends the engine with code 1", async () => {
    const { engine } = await startEngine();
    const port = engine.address.split(":").at(-1) ?? "";
    const second = spawn(process.execPath, [main, "--port", port, "--log-level", "silent"]);
    const [code] = await once(second, "exit");
    expect(code).toBe(1);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
