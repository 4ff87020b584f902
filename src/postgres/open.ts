// A database ready for use: a server by URL, or the embedded one in a folder.
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import { ServiceError } from "../core/errors.ts";
import type { Announcements } from "../core/ports/announcements.ts";
import type { Audit } from "../core/ports/audit.ts";
import type { Leases } from "../core/ports/leases.ts";
import type { Log } from "../core/ports/log.ts";
import { type Meter, noMeter } from "../core/ports/meter.ts";
import type { Revocations } from "../core/ports/sessions.ts";
import type { SimulationStore } from "../core/ports/store.ts";
import type { TlsIdentity } from "../core/ports/tls.ts";
import { announcementsOn } from "./announcements.ts";
import { auditOn } from "./audit.ts";
import { compressByLz4 } from "./compression.ts";
import { dataFolder } from "./data-folder.ts";
import { asking } from "./errors.ts";
import { lockFolder } from "./folder-lock.ts";
import { GroupCommit } from "./group-commit.ts";
import { GroupCreate } from "./group-create.ts";
import { keepHouse, logSettings } from "./housekeeping.ts";
import { leasesOn } from "./leases.ts";
import { migrate } from "./migrate.ts";
import { gaugePool, type PoolName } from "./pool-gauges.ts";
import {
  boundingOf,
  commitBounds,
  connect,
  leaseBounds,
  type PoolBounds,
  searchBounds,
  workBounds,
} from "./postgres.ts";
import { revocationsOn } from "./revocations.ts";
import type { Database, Schema } from "./schema.ts";
import { storeOn } from "./store.ts";
import { secured } from "./tls.ts";

export interface OpenDatabase {
  readonly store: SimulationStore;
  readonly leases: Leases;
  readonly revocations: Revocations;
  readonly announcements: Announcements;
  readonly audit: Audit;
  readonly embedded: boolean;
  /** Names this database on engines that others use too; made with it, and the same for its life. */
  readonly installation: string;
  /** For people and logs; no secrets. */
  readonly describe: string;
  /** Throws ServiceError UNAVAILABLE where the database does not answer. */
  ping(): Promise<void>;
  /** Answers what waits, then lets go of everything. A second call is the first. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** postgres://…; left out: embedded, in `dataDir`. */
  readonly url?: string;
  /** Whom to believe of that server, and what to show of ourselves; left out: as the URL says. */
  readonly tls?: TlsIdentity;
  readonly dataDir: string;
  readonly log: Log;
  /** A place at which a test makes the process die; does nothing when left out. */
  readonly failpoint?: (name: "mid_batch") => void;
  readonly meter?: Meter;
}

/** Throws ServiceError UNAVAILABLE where the database does not answer, or the folder is another process's. */
export function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { url, tls = {}, dataDir, log, failpoint, meter = noMeter } = options;
  const told = { meter, ...(failpoint === undefined ? {} : { sent: () => failpoint("mid_batch") }) };
  return url === undefined ? openEmbedded(dataDir, log, told) : openServer(url, tls, log, told);
}

/** Who is told of what happens inside. */
interface Told {
  readonly meter: Meter;
  /** A batch has been sent, and nobody knows of its commit. */
  readonly sent?: () => void;
}

interface Opened extends Told {
  readonly db: Database;
  /** Where lists that no index serves are searched for. */
  readonly searches: Database;
  /** Where changes are committed. */
  readonly commits: Database;
  /** Where leases are renewed. */
  readonly urgent: Database;
  readonly embedded: boolean;
  readonly describe: string;
  /** Commits under way at a time. */
  readonly lanes: number;
  release(): Promise<void>;
}

async function openServer(url: string, tls: TlsIdentity, log: Log, told: Told): Promise<OpenDatabase> {
  const server = secured(url, tls);
  const bounding = await asking(() => boundingOf(server));
  if (bounding === "transaction") {
    log.info({}, "The database is behind a pooler: the bounds of statements are said in each transaction.");
  }
  const pool = (name: PoolName, bounds: PoolBounds) =>
    connect(server, name, bounds, log, bounding, (made) => gaugePool(told.meter, name, made));
  const db = pool("work", workBounds);
  const searches = pool("searches", searchBounds);
  const commits = pool("commits", commitBounds);
  const urgent = pool("leases", leaseBounds);
  const release = async () => {
    await Promise.all([db, searches, commits, urgent].map((pool) => pool.destroy()));
  };
  const lanes = commitBounds.connections;
  const describe = describeUrl(url);
  const opened = await ready({
    db,
    searches,
    commits,
    urgent,
    embedded: false,
    describe,
    lanes,
    release,
    ...told,
  });
  await compressByLz4(db, log);
  return opened;
}

async function openEmbedded(dataDir: string, log: Log, told: Told): Promise<OpenDatabase> {
  const lock = await lockFolder(dataDir);
  try {
    const folder = await dataFolder(dataDir, log);
    const startParams = [...PGlite.defaultStartParams, ...logSettings];
    const pglite = await PGlite.create({ dataDir: folder, startParams });
    const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
    const stopTidying = keepHouse(db, log);
    const release = async () => {
      await stopTidying();
      await db.destroy();
      lock.release();
    };
    return await ready({
      db,
      searches: db,
      commits: db,
      urgent: db,
      embedded: true,
      describe: `embedded in ${folder}`,
      lanes: 1,
      release,
      ...told,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function ready({ db, urgent, embedded, describe, release, ...opened }: Opened): Promise<OpenDatabase> {
  let installation: string;
  try {
    await asking(() => checkVersion(db));
    await asking(() => migrate(db));
    installation = await asking(() => installationOf(db));
  } catch (error) {
    await release();
    throw error;
  }
  const coding = embedded ? "text" : "binary";
  const commits = new GroupCommit(opened.commits, coding, opened.lanes, opened.sent, opened.meter);
  const creates = new GroupCreate(db);
  let closing: Promise<void> | null = null;
  const close = async () => {
    await Promise.all([creates.close(), commits.close()]);
    await release();
  };
  return {
    store: storeOn(db, opened.searches, creates, commits),
    leases: leasesOn(db, urgent),
    // However much is read, sessions end in time, and a mutation does not wait for its entry in the trail.
    revocations: revocationsOn(urgent),
    announcements: announcementsOn(urgent),
    audit: auditOn({ reads: opened.searches, writes: opened.commits }),
    embedded,
    installation,
    describe,
    ping: () => asking(async () => void (await sql`select 1`.execute(urgent))),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function checkVersion(db: Database): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::int as version`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version < 150_000) {
    throw new ServiceError("UNAVAILABLE", `Postgres 15 or newer is needed; this is ${version / 10_000}.`);
  }
}

async function installationOf(db: Database): Promise<string> {
  const { id } = await db.selectFrom("installation").select("id").executeTakeFirstOrThrow();
  return id;
}

function describeUrl(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `Postgres at ${hostname}${port === "" ? "" : `:${port}`}${pathname}`;
  } catch {
    return "Postgres";
  }
}
