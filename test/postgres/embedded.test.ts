// The embedded database: one process at a time, and nothing acknowledged is lost when it dies.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PGlite } from "@electric-sql/pglite";
import { Kysely, PGliteDialect, sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bakedDatabase, dataFolder } from "../../src/postgres/data-folder.ts";
import { logBytes, logSinceCheckpoint, tidy } from "../../src/postgres/housekeeping.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { openDatabase } from "../../src/postgres/open.ts";
import type { Schema } from "../../src/postgres/schema.ts";
import { unpackTar } from "../../src/postgres/tar.ts";
import { silent } from "../support/postgres.ts";
import { admin, created } from "./drafts.ts";

describe("the embedded database", () => {
  let dataDir: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "simulation-data-"));
  });

  afterEach(async () => {
    await Promise.all(children.splice(0).map(kill));
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Another process on the same folder, and what it says, line by line. */
  function writer() {
    const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), dataDir], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    children.push(child);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    /** The words of its next line. */
    const heard = async (): Promise<string[]> => {
      const { value } = await lines.next();
      return typeof value === "string" ? value.split(" ") : [];
    };
    return { child, heard };
  }

  const open = () => openDatabase({ dataDir, log: silent });

  it("refuses a second process at once, naming the folder and what to do", async () => {
    const database = await open();
    const refusal = (await writer().heard()).join(" ");
    expect(refusal).toContain("refused Another process is using the data folder");
    expect(refusal).toContain(dataDir);
    expect(refusal).toContain("DATABASE_URL");
    await database.close();
  });

  it("refuses a second opening by the same process", async () => {
    const database = await open();
    await expect(open()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await database.store.count(admin, {})).toBe(0);
    await database.close();
  });

  it("is open to the next process when closed, with all that was stored", async () => {
    const first = await open();
    const simulation = await created(first.store);
    await first.close();
    const second = await open();
    expect(await second.store.get(admin, simulation.id)).toEqual(simulation);
    await second.close();
  });

  it("loses nothing acknowledged by kill -9 during commits, and leaves no gap", {
    timeout: 120_000,
  }, async () => {
    for (const appends of [1, 100]) {
      const { child, heard } = writer();
      const ids = (await heard()).slice(1);
      const acknowledged = new Map<string, number>();
      for (let line = 0; line < appends; line++) {
        const [id = "", seq] = await heard();
        acknowledged.set(id, Number(seq));
      }
      await kill(child);
      const { store, close } = await open();
      for (const id of ids) {
        const { lastSeq } = (await store.get(admin, id)) ?? { lastSeq: -1 };
        expect(lastSeq).toBeGreaterThanOrEqual(acknowledged.get(id) ?? 1);
        const events = await store.events(admin, id, { after: 0, limit: 1_000 });
        expect(events?.map(({ seq }) => seq)).toEqual(
          Array.from({ length: lastSeq }, (_, index) => index + 1),
        );
      }
      await close();
    }
  });

  it("starts over where a process died while it made the database", async () => {
    const { child } = writer();
    await until(() => existsSync(join(dataDir, "pgdata.new")) || existsSync(join(dataDir, "pgdata")));
    await kill(child);
    const database = await open();
    expect(await database.store.count(admin, {})).toBe(0);
    await database.close();
  });

  it("is made by initdb where no copy was baked, or the copy is broken", { timeout: 180_000 }, async () => {
    const broken = join(dataDir, "broken.tar.gz");
    writeFileSync(broken, "no archive");
    mkdirSync(join(dataDir, "pgdata.new"));
    writeFileSync(join(dataDir, "pgdata.new", "left-behind"), "");
    const folder = await dataFolder(dataDir, silent, broken);
    expect(existsSync(join(folder, "PG_VERSION"))).toBe(true);
    expect(existsSync(join(folder, "left-behind"))).toBe(false);
    const database = await open();
    await database.ping();
    await database.close();
  });

  it("keeps its write-ahead log small, as no server is there to do it", async () => {
    const pglite = await PGlite.create({ dataDir: await dataFolder(dataDir, silent) });
    const db = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) });
    await migrate(db);
    await sql`create table filler (text text)`.execute(db);
    const before = await logSinceCheckpoint(db);
    await tidy(db);
    expect(await logSinceCheckpoint(db)).toBeGreaterThanOrEqual(before);
    await sql`insert into filler select repeat(md5(n::text), 40) from generate_series(1, 40000) as n`.execute(
      db,
    );
    expect(await logSinceCheckpoint(db)).toBeGreaterThan(logBytes);
    await tidy(db);
    expect(await logSinceCheckpoint(db)).toBeLessThan(before + 1_000_000);
    await db.destroy();
  });

  it("names the baked copy by the version that can read it", () => {
    expect(bakedDatabase()).toMatch(
      /node_modules\/\.cache\/simulation-service\/pglite-\d+\.\d+\.\d+\.tar\.gz$/,
    );
  });
});

describe("an archive", () => {
  const header = (path: string, size: number) => {
    const block = Buffer.alloc(512);
    block.write(path);
    block.write(size.toString(8).padStart(11, "0"), 124);
    return block;
  };

  it("is refused where it ends too early or leads out of its folder", () => {
    expect(() => [...unpackTar(header("file", 600))]).toThrow("too early");
    expect(() => [...unpackTar(header("/a/../../b", 0))]).toThrow("outside");
  });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
