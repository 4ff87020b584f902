// The port of the store on the database: each call is one file's business.
import { trace } from "@opentelemetry/api";
import type { ChangeResult, Decide, Guard, SimulationStore } from "../core/ports/store.ts";
import { asking } from "./errors.ts";
import * as eventReads from "./event-reads.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { GroupCreate } from "./group-create.ts";
import * as lists from "./list.ts";
import { metrics } from "./metrics-history.ts";
import { pendingChange } from "./pending-change.ts";
import { queuePositions } from "./queue-order.ts";
import * as reads from "./reads.ts";
import { dropMetrics } from "./retention.ts";
import type { Database } from "./schema.ts";
import * as started from "./started.ts";
import { uuidOf } from "./uuid.ts";

export function storeOn(
  db: Database,
  searches: Database,
  creates: GroupCreate,
  commits: GroupCommit,
): SimulationStore {
  const all = { db, searches };
  return {
    create: (draft) => asking(() => creates.create(draft)),
    findByKey: (userId, projectId, key) => asking(() => started.findByKey(db, userId, projectId, key)),
    change: (id, guard, decide) => change(commits, id, guard, decide),
    get: (viewer, id) => asking(async () => (await reads.getMany(db, viewer, [id]))[0] ?? null),
    getMany: (viewer, ids) => asking(() => reads.getMany(db, viewer, ids)),
    list: (viewer, filter, page) => asking(() => lists.list(all, viewer, filter, page)),
    count: (viewer, filter, most) => asking(() => lists.count(all, viewer, filter, most)),
    events: (viewer, id, query) => asking(() => eventReads.events(db, viewer, id, query)),
    snapshot: (viewer, id) => asking(() => eventReads.snapshot(db, viewer, id)),
    metrics: (viewer, id, query) => asking(() => metrics(db, viewer, id, query)),
    documents: (viewer, id) => asking(() => reads.documents(db, viewer, id)),
    input: (viewer, id) => asking(() => reads.input(db, viewer, id)),
    dropMetrics: (endedBefore, limit) => asking(() => dropMetrics(db, endedBefore, limit)),
    queuePositions: (ids) => asking(() => queuePositions(db, ids)),
  };
}

function change<R>(
  commits: GroupCommit,
  id: string,
  guard: Guard,
  decide: Decide<R>,
): Promise<ChangeResult<R>> {
  const uuid = uuidOf(id);
  if (uuid === null) return Promise.resolve({ kind: "not-found" });
  const span = trace.getActiveSpan();
  return new Promise((resolve, reject) => {
    const pending = pendingChange(uuid, guard, decide, resolve, reject);
    const batched = (changes: number) => void span?.setAttribute("commit.changes", changes);
    commits.add(span === undefined ? pending : { ...pending, batched });
  });
}
