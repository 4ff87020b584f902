// How fast events of engines go into the durable log and out as notices, against the limit that the database itself
// sets: the same rows written by its bare client. Both in one run, turn by turn.
//
//   npm run bench:ingest [-- options]
//     --rounds 3 --seconds 5     turns of each contender, and how long each takes
//     --in-flight 500            batches of 1,000 running simulations that are under way at once
//     --only server|embedded     Postgres and Redis, or the embedded database; both when left out
//     --via grpc                 batches come from an engine's streams, by the owner's follower; else from memory
//     --profile                  only the replica, and in which functions its time goes
//
// "CPU" is what the replica's process and Postgres with all its sessions have taken together.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { embeddedIngest } from "./ingest/embedded.ts";
import { profileIngest } from "./ingest/profile.ts";
import { serverIngest } from "./ingest/server.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    "in-flight": { type: "string", default: "500" },
    simulations: { type: "string", default: "1000" },
    only: { type: "string" },
    via: { type: "string" },
    profile: { type: "boolean", default: false },
  },
});

const scratch = mkdtempSync(join(tmpdir(), "bench-ingest-"));
const settings = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  inFlight: Number(values["in-flight"]),
  simulations: Number(values.simulations),
  viaGrpc: values.via === "grpc",
  scratch,
};
try {
  const embedded = values.only !== "server";
  const server = values.only !== "embedded";
  if (values.profile) await profileIngest(settings, server);
  else {
    if (server) await serverIngest(settings);
    if (embedded) await embeddedIngest(settings);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
