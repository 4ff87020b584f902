// The API on a port of its own, over the real feed and the shipped designs. The log is in memory, and commands are
// whatever a test makes of them: what they promise is tested where they live.
import { fileURLToPath } from "node:url";
import { fileDesigns } from "../../src/clients/designs/files.ts";
import type { DesignSource } from "../../src/core/ports/designs.ts";
import type { Log } from "../../src/core/ports/log.ts";
import type { SimulationStore } from "../../src/core/ports/store.ts";
import { developmentViewer } from "../../src/core/viewer.ts";
import { createAnnouncementBoard } from "../../src/feed/announcements.ts";
import type { Feed } from "../../src/feed/feed.ts";
import { createFeed, type FeedHub } from "../../src/feed/hub.ts";
import { createMemoryBus } from "../../src/memory/bus.ts";
import { createMemoryRateLimiter } from "../../src/memory/rate-limiter.ts";
import type { Commands } from "../../src/orchestrator/commands.ts";
import { serverLimits } from "../../src/server/limits.ts";
import type { RunningServer, ServerOptions } from "../../src/server/options.ts";
import { createServer } from "../../src/server/server.ts";
import { identityBy } from "../support/identities.ts";
import { createMemoryStore, type MemoryStore } from "../support/memory-store.ts";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly facts: Record<string, unknown>;
  readonly message: string;
}

export interface Api extends RunningServer {
  readonly store: MemoryStore;
  readonly hub: FeedHub;
  /** What was logged. */
  readonly lines: readonly LogLine[];
  /** Commits events of a simulation and tells the feed. */
  say(id: string, ...commit: Tail<Parameters<MemoryStore["commit"]>>): void;
}

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

interface ApiOptions extends Partial<Omit<ServerOptions, "parts">> {
  readonly commands?: Partial<Commands>;
  /** Instead of the real feed. */
  readonly feed?: Feed;
  /** Where queries read, instead of the log in memory. */
  readonly reads?: SimulationStore;
  /** Instead of the shipped designs. */
  readonly designs?: DesignSource;
}

export async function startApi(given: ApiOptions = {}): Promise<Api> {
  const { commands = {}, feed, reads, designs: givenDesigns, ...options } = given;
  const lines: LogLine[] = [];
  const log = recorder(lines);
  const store = createMemoryStore();
  const bus = createMemoryBus({ log });
  const hub = createFeed({ store, bus, log });
  const designs = givenDesigns ?? fileDesigns(fileURLToPath(new URL("../../designs", import.meta.url)), log);
  const server = await createServer({
    host: "127.0.0.1",
    port: 0,
    graphiql: true,
    parts: {
      commands: { ...noCommands, ...commands },
      store: reads ?? store,
      leases: { expiries: async () => new Map() },
      feed: feed ?? hub,
      designs,
      sessions: { revoke: async (userId) => ({ userId, at: new Date() }) },
      announcements: { announce: () => Promise.reject(new Error("Nobody announces here.")) },
      board: createAnnouncementBoard({
        announcements: {
          announce: () => Promise.reject(new Error("Nobody announces here.")),
          standing: async () => [],
          forget: async () => {},
        },
        log,
      }),
      audit: { read: async () => ({ records: [], hasMore: false }) },
      trail: { record: async () => {} },
    },
    identity: identityBy(() => developmentViewer),
    rateLimiter: createMemoryRateLimiter({
      user: options.limits?.pointsPerUser ?? serverLimits.pointsPerUser,
      address: options.limits?.failuresPerAddress ?? serverLimits.failuresPerAddress,
    }),
    readiness: async () => ({ status: "ok", parts: {} }),
    log,
    ...options,
  });
  return {
    ...server,
    store,
    hub,
    lines,
    say: (id, ...commit) => bus.publish(store.commit(id, ...commit)),
    close: async () => {
      await server.close();
      await hub.close();
      await bus.close();
      await designs.close();
    },
  };
}

async function unexpected(): Promise<never> {
  throw new Error("This test gives no such command.");
}

const noCommands: Commands = {
  start: unexpected,
  stop: unexpected,
  pause: unexpected,
  resume: unexpected,
  setSpeed: unexpected,
  stopMany: unexpected,
};

function recorder(lines: LogLine[]): Log {
  const at = (level: LogLine["level"]) => (facts: object, message: string) => {
    lines.push({ level, facts: { ...facts }, message });
  };
  const log: Log = {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: () => log,
  };
  return log;
}
