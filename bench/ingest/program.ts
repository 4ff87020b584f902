// A program of a benchmark in a process of its own, so that what it takes of the processor is its own: orders go to
// its standard input, answers come from its standard output, a line of JSON each.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface Program<Order, Answer> {
  readonly pid: number;
  ask(order: Order): Promise<Answer>;
  /** Lets it end by itself. */
  close(): Promise<void>;
}

/** Resolves when it is ready. `options`: what it finds as its first argument. */
export async function startProgram<Order, Answer>(
  file: string,
  options: object,
  nodeOptions: readonly string[] = [],
): Promise<Program<Order, Answer>> {
  const args = ["--disable-warning=ExperimentalWarning", ...nodeOptions, file, JSON.stringify(options)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${file} has ended.`);
    return value;
  };
  await next();
  return {
    pid: child.pid ?? 0,
    async ask(order) {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const answer: Answer = JSON.parse(await next());
      return answer;
    },
    async close() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
    },
  };
}

/** The other side: answers orders one after the other until there are no more, then releases what it has. */
export async function serve<Order, Answer>(
  answer: (order: Order) => Promise<Answer>,
  release: () => Promise<void>,
): Promise<void> {
  process.stdout.write("ready\n");
  for await (const line of createInterface({ input: process.stdin })) {
    const order: Order = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await answer(order))}\n`);
  }
  await release();
}

/** What it was started with. */
export function programOptions<Options>(): Options {
  const options: Options = JSON.parse(process.argv[2] ?? "{}");
  return options;
}
