// Watching: on a terminal, in a pipe, and over the death of the service.
import { afterAll, expect, it } from "vitest";
import { simulation, start, stop } from "../support/api.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";
import { open, openOnTerminal } from "./command-line.ts";
import { screenOf } from "./terminal.ts";

afterAll(endServices);

it("shows every event once over a kill -9 of the service and its next start", async () => {
  await withDataFolder(async (dataDir) => {
    const first = await startService({ dataDir });
    const PORT = new URL(first.url).port;
    const args = "start mm1 --duration 60 --speed 10 --seed 5 --watch --json".split(" ");
    const watching = open(first.url, args);
    await watching.until((it) => it.out.includes("MetricsSampled"));
    first.kill("SIGKILL");
    await first.exited;
    await watching.until((it) => it.err.includes("Reconnecting"));
    const next = await startService({ dataDir, env: { PORT } });

    const { code } = await watching.finished;
    expect(code).toBe(0);
    const [started, ...said] = watching.lines().map((line) => JSON.parse(line));
    expect(started.__typename).toBe("Simulation");
    const seqs = said.filter((it) => it.__typename !== "StreamStateChanged").map((it) => it.seq);
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    expect(await simulation(next.url, started.id)).toMatchObject({
      status: "COMPLETED",
      lastSeq: seqs.length,
    });
    next.kill("SIGTERM");
    await next.exited;
  });
});

it("gives up a service that does not come back, and says where to go on", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const watching = open(service.url, "start mm1 --speed 1 --watch --patience 1 --json".split(" "));
    await watching.until((it) => it.out.includes("MetricsSampled"));
    service.kill("SIGKILL");
    const { code, err, out } = await watching.finished;
    expect(code).toBe(5);
    const last = Math.max(
      ...out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).seq ?? 0),
    );
    expect(err).toContain(`--after ${last}`);
  });
});

it("on a terminal draws in place, within the size, and leaves the report", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const args = "start web-shop --duration 20 --speed 10 --seed 1 --watch".split(" ");
    const watching = openOnTerminal(service.url, args, 90, 20);
    await watching.until((it) => it.out.includes("UTILIZATION") && it.out.includes("live"));
    const live = screenOf(watching.out, 20);
    expect(live.length).toBeLessThanOrEqual(20);
    expect(Math.max(...live.map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(live[0]).toMatch(/^web-shop {2}RUNNING/);

    const { code, out } = await watching.finished;
    expect(code).toBe(0);
    const screen = screenOf(out, 20).map((line) => line.trimEnd());
    // One picture, not one per drawing.
    expect(screen.filter((line) => line.startsWith("COMPONENT  THROUGHPUT      P95"))).toHaveLength(1);
    expect(screen.filter((line) => /^web-shop {2}COMPLETED/.test(line))).toHaveLength(1);
    expect(screen.some((line) => line.startsWith("Bottleneck   api"))).toBe(true);
    // The cursor is given back.
    expect(out.lastIndexOf("\u001b[?25h")).toBeGreaterThan(out.lastIndexOf("\u001b[?25l"));
    service.kill("SIGTERM");
    await service.exited;
  });
});

it("Ctrl-C ends the watching and not the simulation, and says how to stop that", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const { id } = await start(service.url, { designId: "mm1", duration: 10000, speed: 1 });
    const onTerminal = openOnTerminal(service.url, ["watch", id], 80, 24);
    await onTerminal.until((it) => it.out.includes("live"));
    onTerminal.type("\u0003");
    const { code, out } = await onTerminal.finished;
    expect(code).toBe(130);
    expect(out).toContain(`simulation stop ${id}`);

    const piped = open(service.url, ["watch", id]);
    await piped.until((it) => it.out.includes("live"));
    piped.interrupt();
    expect(await piped.finished).toMatchObject({
      code: 130,
      err: expect.stringContaining(`simulation stop ${id}`),
    });
    expect(await simulation(service.url, id)).toMatchObject({ status: "RUNNING", desiredStatus: "RUNNING" });
    await stop(service.url, id);
    service.kill("SIGTERM");
    await service.exited;
  });
});
