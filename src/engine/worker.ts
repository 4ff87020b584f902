import { flushCompileCache } from "node:module";
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { Mailbox } from "./mailbox.ts";
import { Simulation } from "./model/simulation.ts";
import { RunLoop } from "./run-loop.ts";
import type { Report, ThreadData } from "./thread-messages.ts";

// The thread of one run. It is made before its run is known, ends by itself after the ending, and what it throws
// ends this run and no other.

const { port, bell }: ThreadData = workerData;
const mailbox = new Mailbox(port, bell);
yieldToCalls();
// Most threads are killed, and a killed one would not leave its compiled modules to the next.
flushCompileCache();
const plan = mailbox.plan();
new RunLoop(new Simulation(plan.config), plan, mailbox, send).run();

function send(report: Report): void {
  const moved =
    report.kind === "progress" && report.events !== undefined
      ? [report.events.bytes.buffer, report.events.ends.buffer, report.events.digests.buffer]
      : [];
  parentPort?.postMessage(
    report,
    moved.filter((buffer) => buffer instanceof ArrayBuffer),
  );
}

/**
 * Many busy runs must not keep calls, acknowledgements and streams waiting, nor the orchestrator beside them. On
 * Linux a priority belongs to a thread; elsewhere to the whole process, which would help nobody.
 */
function yieldToCalls(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(10);
  } catch {
    // A sandbox may forbid it; the run is as right without.
  }
}
