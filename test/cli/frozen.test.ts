// A service that stands still, as a stopped process or a machine that swaps: it is there, and says nothing.
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { afterAll, expect, it } from "vitest";
import { simulation, start } from "../support/api.ts";
import { endServices, startService, withDataFolder } from "../support/service-process.ts";
import { call, open, openOnTerminal } from "./command-line.ts";
import { screenOf } from "./terminal.ts";

afterAll(endServices);

const silent = "nothing was heard of the service for 5 s";

it("is told as lost while it stands, and every event is shown once when it goes on", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const watching = open(
      service.url,
      "start mm1 --duration 60 --speed 20 --seed 5 --watch --timeout 5 --json".split(" "),
    );
    await watching.until((it) => it.out.includes("MetricsSampled"));
    service.kill("SIGSTOP");
    await watching.until((it) => it.err !== "");
    const heard = watching.lines().length;
    expect(watching.err).toContain(`Reconnecting: ${silent}.\n`);
    service.kill("SIGCONT");

    const { code } = await watching.finished;
    expect(code).toBe(0);
    const [started, ...said] = watching.lines().map((line) => JSON.parse(line));
    expect(said.length).toBeGreaterThan(heard);
    const seqs = said.filter((it) => it.__typename !== "StreamStateChanged").map((it) => it.seq);
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    expect(await simulation(service.url, started.id)).toMatchObject({
      status: "COMPLETED",
      lastSeq: seqs.length,
    });
    service.kill("SIGTERM");
    await service.exited;
  });
});

it("that stays so leaves nobody hanging: Ctrl-C and patience end a watch, a timeout a question", async () => {
  await withDataFolder(async (dataDir) => {
    const service = await startService({ dataDir });
    const { url } = service;
    const { id } = await start(url, { designId: "mm1", duration: 10_000, speed: 1 });
    const onTerminal = openOnTerminal(url, ["watch", id, "--timeout", "5"], 100, 20);
    const piped = open(url, ["watch", id]);
    const impatient = open(url, ["watch", id, "--timeout", "5", "--patience", "1"]);
    await Promise.all(
      [onTerminal, piped, impatient].map((it) => it.until(({ out }) => out.includes("live"))),
    );
    service.kill("SIGSTOP");

    const asked = await Promise.all([
      call(url, "show", id, "--timeout", "1"),
      call(url, "show", id, "--timeout", "1", "--json"),
      call(url, "watch", id, "--timeout", "1"),
    ]);
    expect(asked.map(({ code, out }) => ({ code, out }))).toEqual(asked.map(() => ({ code: 5, out: "" })));
    const message = `The service at ${url} has not answered within 1 s.`;
    expect(asked.map(({ err }) => err)).toEqual([
      `${message}\n`,
      `${JSON.stringify({ error: "Unreachable", message })}\n`,
      `${message}\n`,
    ]);

    expect(await impatient.finished).toMatchObject({
      code: 5,
      err: expect.stringMatching(/has not come back\. Go on with: watch \S+ --after \d+\n$/),
    });
    await onTerminal.until(({ out }) => out.includes("reconnecting"));
    expect(screenOf(onTerminal.out, 20).join("\n")).toContain(`reconnecting (${silent})`);
    onTerminal.type("\u0003");
    piped.interrupt();
    const [drawn, printed] = await Promise.all([onTerminal.finished, piped.finished]);
    expect(drawn).toMatchObject({
      code: 130,
      out: expect.stringContaining(`simulation stop ${id}`),
    });
    expect(printed).toMatchObject({
      code: 130,
      err: expect.stringContaining(`simulation stop ${id}`),
    });
    service.kill("SIGKILL");
    await service.exited;
  });
});

it.each(["show", "watch", "stop"])(
  "does not keep `%s` from ending on Ctrl-C while it waits",
  async (name) => {
    const silence = createServer();
    silence.listen(0, "127.0.0.1");
    await once(silence, "listening");
    const { port }: { port?: number } = Object(silence.address());
    const connected = new Promise<Socket>((resolve) => silence.once("connection", resolve));
    const asking = open(`http://127.0.0.1:${port}`, [name, "00000000-0000-7000-8000-000000000000"]);
    const socket = await connected;
    asking.interrupt();
    expect(await asking.finished).toEqual({ code: 130, out: "", err: "" });
    socket.destroy();
    silence.close();
  },
);
