// vitest's globalSetup: one Postgres server for a test run, started when the first test asks for it, ended with
// the run. TEST_POSTGRES_URL names a server to use instead.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** A loopback port that tells the server's URL to who connects; a line that begins with "!" tells why not. */
    postgresPort: number;
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  let keeper: ChildProcess | null = null;
  let url: Promise<string> | null = null;

  function start(): Promise<string> {
    const named = process.env.TEST_POSTGRES_URL;
    if (named !== undefined) return Promise.resolve(named);
    keeper = spawn(process.execPath, [join(import.meta.dirname, "postgres-keeper.ts")], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    return firstLine(keeper);
  }

  async function tell(socket: Socket): Promise<void> {
    socket.on("error", () => socket.destroy());
    url ??= start();
    socket.end(await url.catch((error: Error) => `!${error.message}`));
  }

  const telling = createServer((socket) => void tell(socket));
  telling.listen(0, "127.0.0.1");
  await once(telling, "listening");
  const address = telling.address();
  if (address === null || typeof address === "string") throw new Error("No port to tell of the server.");
  provide("postgresPort", address.port);

  return async () => {
    telling.close();
    if (keeper === null || keeper.exitCode !== null) return;
    const exited = once(keeper, "exit");
    keeper.stdin?.end();
    await exited;
  };
}

/** What it prints when it is ready; rejects with what it complained of where it ends before. */
async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error("Its output is not to be had.");
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-5_000);
  });
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error(`The Postgres server for the tests did not start: ${complaint.replaceAll("\n", " ")}`);
}
