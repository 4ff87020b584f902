// A Sentinel of a test's own that watches one master and fails over soon. It ends with the test run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";
import { redisBinary } from "./redis-binary.ts";

export interface Sentinel {
  readonly port: number;
  end(): Promise<void>;
}

/** The master's name is `main`. */
export async function startSentinel(masterPort: number): Promise<Sentinel> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "simulation-sentinel-"));
  const config = join(folder, "sentinel.conf");
  writeFileSync(
    config,
    [
      "bind 127.0.0.1",
      `port ${port}`,
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${masterPort} 1`,
      "sentinel down-after-milliseconds main 500",
      "sentinel failover-timeout main 5000",
    ].join("\n"),
  );
  const { program, argv0, environment } = redisBinary();
  const keeper = spawn(
    process.execPath,
    [join(import.meta.dirname, "kept.ts"), argv0, program, config, "--sentinel"],
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...environment } },
  );
  for await (const line of createInterface(keeper.stdout)) if (line.includes("+monitor")) break;
  keeper.stdout.resume();
  if (keeper.exitCode !== null) throw new Error("The Sentinel did not start.");
  return {
    port,
    async end() {
      const exited = once(keeper, "exit");
      keeper.stdin.end();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
