// The explorer in a real browser against the real program: its tabs tell the life of a simulation, live events come
// over a WebSocket, and nothing is asked of anybody else.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "../support/chromium.ts";
import { operation } from "../support/http.ts";
import {
  endServices,
  type ServiceProcess,
  startService,
  withDataFolder,
} from "../support/service-process.ts";
import { Explorer } from "./explorer.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await endServices();
});

it("GraphiQL's tabs lead from the designs over a live simulation to its report, all within the origin", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const explorer = await Explorer.open(browser, `${service.url}/graphql`);
    expect(await explorer.tabs()).toEqual(["Designs", "Start", "Watch", "Pause", "Resume", "Stop", "Report"]);

    await explorer.play();
    await explorer.shows("hotel-reservation");

    await explorer.choose("Start");
    await explorer.play();
    await explorer.shows(`"__typename": "Simulation"`);
    const id = /"id": "([0-9a-f-]{36})"/.exec(await explorer.result())?.[1] ?? "";
    expect(id).not.toBe("");

    await explorer.choose("Watch");
    await explorer.pasteId(id);
    await explorer.play();
    await explorer.shows("MetricsSampled");

    for (const [tab, status] of [
      ["Pause", "PAUSED"],
      ["Resume", "RUNNING"],
    ] as const) {
      await explorer.choose(tab);
      await explorer.pasteId(id);
      await explorer.play();
      await explorer.shows(`"desiredStatus": "${status}"`);
      await until(service, id, status);
    }

    // The rest of it need not be waited for.
    await operation(service.url, `mutation { setSimulationSpeed(id: "${id}", speed: 0) { __typename } }`);
    explorer.traffic.received.length = 0;
    await explorer.choose("Watch");
    await explorer.play();
    await explorer.shows("COMPLETED");
    await explorer.idle();
    const told = explorer.traffic.received.filter((frame) => frame.includes(`"type":"next"`));
    const events = told.filter((frame) => !frame.includes("StreamStateChanged"));
    const seqs = events.map((frame) => Number(/"seq":(\d+)/.exec(frame)?.[1]));
    expect(seqs.length).toBeGreaterThan(10);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(explorer.traffic.received.at(-1)).toContain(`"type":"complete"`);

    await explorer.choose("Report");
    await explorer.pasteId(id);
    await explorer.play();
    await explorer.shows("bottleneck");
    expect(await explorer.result()).toContain(`"status": "COMPLETED"`);

    await explorer.choose("Stop");
    await explorer.pasteId(id);
    await explorer.play();
    await explorer.shows("INVALID_TRANSITION");

    const { requests } = explorer.traffic;
    const foreign = requests.filter((url) => new URL(url).host !== new URL(service.url).host);
    expect(foreign).toEqual([]);
    expect(new Set(requests.map((url) => new URL(url).protocol))).toEqual(new Set(["http:", "ws:"]));
    expect(explorer.complaints).toEqual([]);
    service.kill("SIGTERM");
    expect(await service.exited).toBe(0);
  });
}, 300_000);

/** Asks until the simulation has that status. */
async function until({ url }: ServiceProcess, id: string, status: string): Promise<void> {
  for (;;) {
    const { data } = await operation(url, `{ simulation(id: "${id}") { status } }`);
    if (JSON.stringify(data).includes(`"${status}"`)) return;
  }
}
