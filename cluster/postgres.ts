// A Postgres server of the cluster's own, which can be made to fail, and ends with this process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Postgres {
  /** postgres://… */
  readonly url: string;
  readonly port: number;
  /** Of the process that started the server, whose child it is. */
  readonly pid: number;
  /** At once, without waiting for its clients; resolves when it is gone. */
  kill(): Promise<void>;
  /** After a kill: on the same port and data; resolves when it takes connections. */
  start(): Promise<void>;
  /** SIGSTOP to the server and its sessions; `thaw` undoes it. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  close(): Promise<void>;
}

const keeperProgram = join(import.meta.dirname, "../test/support/postgres-keeper.ts");

/** `settings`: beside those of its own, "name=value". */
export async function startPostgres(settings: readonly string[] = []): Promise<Postgres> {
  const keeper = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", keeperProgram], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: {
      ...process.env,
      TEST_POSTGRES_SETTINGS: ["shared_buffers=64MB", "max_wal_size=1GB", ...settings].join(" "),
    },
  });
  const says = answersOf(keeper);
  const url = await says.next();
  const order = async (what: string) => {
    keeper.stdin.write(`${what}\n`);
    const answer = await says.next();
    if (answer !== what) throw new Error(`The Postgres keeper answered "${answer}" to "${what}".`);
  };
  return {
    url,
    port: Number(new URL(url).port),
    pid: keeper.pid ?? -1,
    kill: () => order("kill"),
    start: () => order("start"),
    freeze: () => order("freeze"),
    thaw: () => order("thaw"),
    async close() {
      if (keeper.exitCode !== null) return;
      const exited = once(keeper, "exit");
      keeper.stdin.end();
      await exited;
    },
  };
}

/** The lines of its standard output, one after the other; rejects with its complaint when it ends. */
function answersOf(keeper: ChildProcess): { next(): Promise<string> } {
  const { stdout, stderr } = keeper;
  if (stdout === null || stderr === null) throw new Error("Its output is not to be had.");
  let complaint = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-4_000);
  });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`The Postgres server ended: ${complaint}`);
      return value;
    },
  };
}
