// A program for tests: opens the embedded database in a folder, makes simulations and appends to them until it
// is killed. Prints "open <id> <id> …", then "<id> <seq>" for each append that was acknowledged.
import { argv, stdout } from "node:process";
import { setImmediate } from "node:timers/promises";
import type { Log } from "../../src/core/ports/log.ts";
import { openDatabase } from "../../src/postgres/open.ts";
import { created, log } from "./drafts.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

try {
  const { store } = await openDatabase({ dataDir: argv[2] ?? "", log: silent });
  const ids = (await Promise.all([created(store), created(store), created(store)])).map(({ id }) => id);
  stdout.write(`open ${ids.join(" ")}\n`);
  await Promise.all(
    ids.map(async (id) => {
      while (true) {
        const result = await store.change(id, { by: "service" }, () => ({
          patch: {},
          events: [log("a"), log("b")],
        }));
        if (result.kind === "changed") stdout.write(`${id} ${result.simulation.lastSeq}\n`);
        await setImmediate();
      }
    }),
  );
} catch (error) {
  stdout.write(`refused ${error instanceof Error ? error.message : error}\n`);
}
