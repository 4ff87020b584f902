// kill -9 of the embedded engine alone: the service starts it again, and the run goes on as if nothing had happened.
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { report, start } from "../support/api.ts";
import { engineSaid, LogClient } from "../support/log-client.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";

afterAll(endServices);

const input = { designId: "hotel-reservation", seed: 3, duration: 60, speed: 10 };

/** The children of a process, by the operating system's own list. */
function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid);
}

function parentOf(pid: number): number | null {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1] ?? "";
    return Number(afterName.split(" ")[1]);
  } catch {
    return null;
  }
}

it("the run goes on, with the same events and the same report, and viewers are told", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const { id } = await start(service.url, input);
    const client = new LogClient(id);
    const following = client.follow(service.url, 0);
    await client.until(({ events }) => (events.at(-1)?.simulatedTime ?? 0) >= 10);
    const [engine = 0] = childrenOf(service.pid);
    process.kill(engine, "SIGKILL");
    expect(await following).toBe("completed");

    expect(client.events.filter(({ __typename }) => __typename === "AttemptStarted")).toMatchObject([
      { attempt: 2 },
    ]);
    expect(client.states.map(({ state }) => state)).toContain("STALE");
    expect(client.states.at(-1)?.state).toBe("LIVE");
    expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));

    const { id: calm } = await start(service.url, { ...input, speed: 0 });
    const reference = new LogClient(calm);
    await reference.follow(service.url, 0);
    expect(engineSaid(client.events)).toEqual(engineSaid(reference.events));
    expect(await report(service.url, id)).toEqual(await report(service.url, calm));

    service.kill("SIGTERM");
    expect(await service.exited).toBe(0);
  });
});
