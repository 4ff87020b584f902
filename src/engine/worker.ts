import { parentPort, workerData } from "node:worker_threads";
import { Mailbox } from "./mailbox.ts";
import { Simulation } from "./model/simulation.ts";
import { RunLoop } from "./run-loop.ts";
import type { Report, ThreadData } from "./thread-messages.ts";

// The thread of one run. It ends by itself after the ending; what it throws ends this run and no other.
const { plan, port, bell }: ThreadData = workerData;

new RunLoop(new Simulation(plan.config), plan, new Mailbox(port, bell), send).run();

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
