// Every command against the real program: what it says, and what its exit code means.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endServices, type ServiceProcess, startService } from "../support/service-process.ts";
import { call } from "./command-line.ts";

let folder: string;
let service: ServiceProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "command-line-"));
  service = await startService({ dataDir: join(folder, "data") });
});

afterAll(async () => {
  await endServices();
  await rm(folder, { recursive: true, force: true });
});

const simulation = (...args: string[]) => call(service.url, ...args);

async function started(...args: string[]): Promise<string> {
  const { out } = await simulation("start", "mm1", "--json", ...args);
  return JSON.parse(out).id;
}

describe("help", () => {
  it("lists the commands, and each explains itself", async () => {
    const all = await simulation("--help");
    expect(all).toMatchObject({ code: 0, err: "" });
    const names = [...all.out.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name]) => name ?? "");
    expect(names).toEqual("designs start list show watch pause resume speed stop report".split(" "));
    const helps = await Promise.all(names.map((name) => simulation(name, "--help")));
    for (const [at, help] of helps.entries()) {
      expect(help).toMatchObject({ code: 0, err: "" });
      expect(help.out).toContain(`Usage: simulation ${names[at]}`);
      expect(help.out).toContain("--json");
    }
  });
});

describe("a wrong command line", () => {
  it.each([
    [["wathc"], "There is no command wathc"],
    [["show"], "Give the simulation."],
    [["show", "a", "b"], "one argument too many"],
    [["list", "--color"], "Unknown option '--color'"],
    [["list", "--status", "done"], "done is no status. There are: queued"],
    [["start", "mm1", "--seed", "1.5"], "--seed is a whole number."],
    [["list", "--timeout", "0"], "--timeout is a number of seconds, from 1 to 86400."],
    [["start", "mm1", "--speed", "fast"], "--speed is a number, 0 or more."],
    [["start", "mm1", "--label", "blue"], "A label is key=value"],
    [["list", "--url", "ftp://there"], "The URL of the service is http://… or https://…"],
  ])("%j says what is wrong, and exits 2", async (args, message) => {
    const { code, out, err } = await simulation(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });
});

describe("a service that is not there", () => {
  it("is told with the address, and the exit code is 5", async () => {
    const { code, err } = await call("http://127.0.0.1:9", "list");
    expect(code).toBe(5);
    expect(err).toContain("http://127.0.0.1:9");
  });

  it("is told from one that is something else", async () => {
    const { code, err } = await simulation("list", "--url", `${service.url}/elsewhere`);
    expect(code).toBe(5);
    expect(err).toContain("is not the service's API");
  });
});

describe("start", () => {
  it("takes everything that a start can say, and one key starts one simulation", async () => {
    const args =
      "start mm1 --json --paused --seed 7 --duration 30 --speed 2 --label team=a --label run=b --key k1";
    const first = await simulation(...args.split(" "));
    expect(first.code).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({
      designId: "mm1",
      seed: 7,
      duration: 30,
      desiredSpeed: 2,
      desiredStatus: "PAUSED",
      labels: { team: "a", run: "b" },
    });
    const again = await simulation(...args.split(" "));
    expect(JSON.parse(again.out).id).toBe(JSON.parse(first.out).id);
    const other = await simulation(..."start mm1 --seed 8 --key k1".split(" "));
    expect(other.code).toBe(1);
    expect(other.err).toContain("seed");
    await simulation("stop", JSON.parse(first.out).id);
  });

  it("of a design that there is not is refused, for people and for programs", async () => {
    const people = await simulation("start", "nowhere");
    expect(people).toMatchObject({ code: 1, out: "" });
    expect(people.err).toContain("`simulation designs` lists them");
    const programs = await simulation("start", "nowhere", "--json");
    expect(programs.code).toBe(1);
    expect(JSON.parse(programs.err)).toMatchObject({ error: "Refused", code: "DESIGN_NOT_FOUND" });
  });

  it("with --watch follows to the end, and ends with the report", async () => {
    const { code, out } = await simulation(
      ..."start mm1 --duration 10 --speed 0 --seed 1 --watch".split(" "),
    );
    expect(code).toBe(0);
    expect(out).not.toContain("\u001b");
    expect(out.split("\n").filter((line) => line.includes("% done"))).toHaveLength(10);
    expect(out).toMatch(/COMPLETED\n\nBottleneck/);
    expect(out).toMatch(/^server +\S+\/s /m);
  });
});

describe("list, show and designs", () => {
  it("say the same to people and to programs", async () => {
    const id = await started("--paused", "--label", "list=1");
    const listed = await simulation("list", "--mine", "--label", "list=1");
    expect(listed.out.split("\n")[1]).toMatch(new RegExp(`^${id} +mm1 `));
    const json = await simulation("list", "--label", "list=1", "--json");
    expect(
      json.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual([id]);
    const none = await simulation("list", "--label", "list=1", "--status", "failed,completed");
    expect(none).toMatchObject({ code: 0, out: "" });

    const shown = await simulation("show", id);
    expect(shown.out).toContain("labels       list=1");
    expect(JSON.parse((await simulation("show", id, "--json")).out)).toMatchObject({
      id,
      labels: { list: "1" },
    });
    await simulation("stop", id);
  });

  it("designs has a line for each", async () => {
    const { out } = await simulation("designs", "--json");
    const designs = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    expect(designs).toContain("web-shop");
    const table = await simulation("designs");
    expect(table.out.trim().split("\n")).toHaveLength(designs.length + 1);
  });
});

describe("a simulation", () => {
  it("is named by its id, its end, or `last`", async () => {
    const id = await started("--paused");
    for (const name of [id, id.slice(-12), id.toUpperCase(), "last"]) {
      expect(JSON.parse((await simulation("show", name, "--json")).out).id).toBe(id);
    }
    await simulation("stop", id);
  });

  it("that there is not is refused by every command", async () => {
    const id = "00000000-0000-7000-8000-000000000000";
    const commands = [["show"], ["watch"], ["pause"], ["resume"], ["speed", id, "1"], ["stop"], ["report"]];
    for (const [name = "", ...args] of commands) {
      const { code, err } = await simulation(name, ...(args.length > 0 ? args : [id]));
      expect({ name, code }).toEqual({ name, code: 1 });
      expect(err).not.toBe("");
    }
  });

  it("is paused, made faster, resumed and stopped; watching it ends with 4, and it has no report", async () => {
    const id = await started("--speed", "1", "--duration", "1000");
    expect(JSON.parse((await simulation("pause", id, "--json")).out).desiredStatus).toBe("PAUSED");
    expect(JSON.parse((await simulation("speed", id, "5", "--json")).out).desiredSpeed).toBe(5);
    expect(JSON.parse((await simulation("resume", id, "--json")).out).desiredStatus).toBe("RUNNING");
    expect((await simulation("report", id)).code).toBe(1);
    expect((await simulation("stop", id)).code).toBe(0);
    const watched = await simulation("watch", id, "--after", "0", "--json");
    expect(watched.code).toBe(4);
    const events = watched.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ __typename: "StatusChanged", status: "STOPPED" });
    expect((await simulation("report", id)).code).toBe(4);
    expect(await simulation("pause", id)).toMatchObject({ code: 1, err: expect.stringContaining("STOPPED") });
  });

  it("that has come to its end has a report, for people and for programs", async () => {
    const id = await started("--speed", "0", "--duration", "10");
    expect((await simulation("watch", id)).code).toBe(0);
    const { code, out } = await simulation("report", id);
    expect(code).toBe(0);
    for (const word of ["Bottleneck", "Throughput", "p99", "COMPONENT", "Assumed"])
      expect(out).toContain(word);
    expect(JSON.parse((await simulation("report", id, "--json")).out)).toMatchObject({ simulationId: id });
  });
});
