// Loaded into every server under test before its program (`node --expose-gc --import`): it ends with the benchmark,
// however that ends, and says on SIGUSR2 what it holds in memory after a full collection.
import { isMainThread } from "node:worker_threads";

if (isMainThread) {
  const benchmark = process.ppid;
  setInterval(() => {
    if (process.ppid !== benchmark) process.kill(process.pid, "SIGKILL");
  }, 1_000).unref();

  process.on("SIGUSR2", () => {
    // Twice: what the first collection finalizes, the second one frees.
    globalThis.gc();
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.stdout.write(`memory ${JSON.stringify({ rss, heapUsed, external })}\n`);
  });
}
