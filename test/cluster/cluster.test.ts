// The launcher, as somebody at a terminal meets it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { start } from "../support/api.ts";
import { LogClient } from "../support/log-client.ts";

const launched: ChildProcess[] = [];
afterAll(() => {
  for (const child of launched) child.kill("SIGTERM");
});

interface Launched {
  readonly child: ChildProcess;
  readonly text: string;
}

async function launch(): Promise<Launched> {
  const child = spawn(process.execPath, ["launch.mjs", "cluster/main.ts"], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  launched.push(child);
  const { stdout } = child;
  if (stdout === null) throw new Error("Its output is not to be had.");
  return new Promise((resolve, reject) => {
    let text = "";
    stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.includes("Ctrl-C")) resolve({ child, text });
    });
    child.once("exit", () => reject(new Error(`The cluster did not start: ${text}`)));
  });
}

function found(text: string, pattern: RegExp): string {
  const value = pattern.exec(text)?.[1];
  if (value === undefined) throw new Error(`${pattern} is not in what the launcher says:\n${text}`);
  return value;
}

/** A process and all that it has started. */
function family(pid: number): number[] {
  const children = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && statusOf(name).includes(`\nPPid:\t${pid}\n`),
  );
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

function statusOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

it("runs a simulation through its proxy, and ends with nothing left behind", async () => {
  const { child, text } = await launch();
  const url = found(text, /Service\s+(http:\/\/\S+)\/graphql/);
  const logs = found(text, /Logs\s+(\S+)/);
  expect([...text.matchAll(/replica-\d/g)]).toHaveLength(3);
  expect([...text.matchAll(/engine-\d/g)]).toHaveLength(2);

  const { id } = await start(url, { designId: "mm1", duration: 60, speed: 0 });
  const client = new LogClient(id);
  expect(await client.follow(url, 0)).toBe("completed");
  expect(client.events.at(-1)?.status).toBe("COMPLETED");

  const processes = family(child.pid ?? -1);
  expect(processes.length).toBeGreaterThan(7);
  const exited = once(child, "exit");
  child.kill("SIGINT");
  expect(await exited).toEqual([0, null]);
  expect(processes.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  expect(existsSync(logs)).toBe(false);
});

it("leaves nothing running when it is killed", async () => {
  const { child } = await launch();
  const processes = family(child.pid ?? -1);
  child.kill("SIGKILL");
  const alive = () => processes.filter((pid) => existsSync(`/proc/${pid}`));
  await expect.poll(alive, { timeout: 20_000 }).toEqual([]);
});
