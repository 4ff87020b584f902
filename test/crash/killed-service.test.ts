// kill -9 of the whole service at ten moments of runs that last 20 s and more, and a new start after each: every
// event once, in order, the same for every client, and the report of a run that nothing has disturbed.
import { afterAll, expect, it } from "vitest";
import { pause, report, resume, simulation, start } from "../support/api.ts";
import { engineSaid, LogClient } from "../support/log-client.ts";
import {
  endServices,
  type ServiceProcess,
  startService,
  withDataFolder,
} from "../support/service-process.ts";

afterAll(endServices);

// 200 simulated s at 10 per wall s: 20 s of wall time, without the time that the restarts take.
const input = { designId: "online-boutique", seed: 7, duration: 200, speed: 10 };

/** The service in its present life; clients wait for the next one. */
class Lives {
  readonly #dataDir: string;
  #service: Promise<ServiceProcess>;
  deaths = 0;

  constructor(dataDir: string, failpoint?: string) {
    this.#dataDir = dataDir;
    this.#service = this.#start(failpoint);
  }

  readonly url = async (): Promise<string> => (await this.#service).url;

  async kill(failpoint?: string): Promise<void> {
    const service = await this.#service;
    service.kill("SIGKILL");
    await this.dies(failpoint);
  }

  /** Waits for the death that a failpoint brings, and starts the next life. */
  async dies(failpoint?: string): Promise<void> {
    const service = await this.#service;
    expect(await service.exited).toBe("SIGKILL");
    this.deaths += 1;
    this.#service = this.#start(failpoint);
    await this.#service;
  }

  async end(): Promise<number | NodeJS.Signals> {
    const service = await this.#service;
    service.kill("SIGTERM");
    return service.exited;
  }

  #start(failpoint: string | undefined): Promise<ServiceProcess> {
    const env = failpoint === undefined ? {} : { FAILPOINT: failpoint };
    return startService({ dataDir: this.#dataDir, env });
  }
}

const at = (simulated: number) => (client: LogClient) =>
  (client.events.at(-1)?.simulatedTime ?? 0) >= simulated;
const last = (client: LogClient) => client.events.at(-1);

it("ten kills lose nothing, double nothing, and change no report", { timeout: 240_000 }, async () => {
  await withDataFolder(async (dataDir) => {
    // 1: STARTING, between the claim and the attaching to an engine.
    const lives = new Lives(dataDir, "before_attach:1");
    const { id: first } = await start(await lives.url(), input);
    // 2: a commit that nobody was told of.
    await lives.dies("after_commit_before_publish:30");
    const one = new LogClient(first);
    const following = [one.followAcross(lives.url)];
    await lives.dies();

    const { id: second } = await start(await lives.url(), input);
    const two = new LogClient(second);
    following.push(two.followAcross(lives.url));
    // 3: in the middle, with a client that was live.
    await two.until(at(20));
    await lives.kill();
    // 4: PAUSED, for one of the two.
    await two.until(at(40));
    await pause(await lives.url(), second);
    await two.until((client) => last(client)?.status === "PAUSED");
    const held = await simulation(await lives.url(), second);
    await lives.kill();
    expect(await simulation(await lives.url(), second)).toMatchObject({
      status: "PAUSED",
      simulatedTime: held.simulatedTime,
    });
    // 5: as soon as the intent to resume is acknowledged.
    const before = one.lastSeq;
    await resume(await lives.url(), second);
    await lives.kill();
    // 6: soon after a start, most likely in the middle of the replay.
    await lives.kill("after_commit_before_publish:3");
    // 7: the third commit after that.
    await lives.dies();
    await one.until(({ lastSeq }) => lastSeq > before);
    // 8 and 9: somewhere.
    await two.until(at(90));
    await lives.kill();
    await two.until(at(130));
    await lives.kill();
    // 10: shortly before the end.
    await two.until(at(190));
    await lives.kill();
    await Promise.all(following);
    expect(lives.deaths).toBe(10);

    // The same run, undisturbed.
    const url = await lives.url();
    const { id: calm } = await start(url, { ...input, speed: 0 });
    const reference = new LogClient(calm);
    await reference.follow(url, 0);
    const expected = await report(url, calm);

    for (const client of [one, two]) {
      expect(client.events.map(({ seq }) => seq)).toEqual(client.events.map((_, index) => index + 1));
      expect(last(client)).toMatchObject({ __typename: "StatusChanged", status: "COMPLETED" });
      expect(client.events.filter(({ status }) => status === "COMPLETED")).toHaveLength(1);
      expect(engineSaid(client.events)).toEqual(engineSaid(reference.events));
      expect(await report(url, client.id)).toEqual(expected);
      // Who comes late reads the same log.
      const late = new LogClient(client.id);
      await late.follow(url, 0);
      expect(late.events).toEqual(client.events);
      expect((await simulation(url, client.id)).attempt).toBeGreaterThan(3);
    }
    expect(await lives.end()).toBe(0);
  });
});
