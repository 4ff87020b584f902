// The image: what the Dockerfile says of it, and that what it copies is all that the programs need.
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../cluster/programs.ts";
import { freePort } from "../support/free-port.ts";
import { send } from "../support/http.ts";
import { type Container, endContainers, startContainer } from "./containers.ts";
import { environmentOf, finalStage, stagesOf, textsOf, wordsOf } from "./dockerfile.ts";
import { buildImage, type Image } from "./image.ts";

describe("the Dockerfile", () => {
  const final = finalStage();

  it("builds in one stage and runs in another, all on one slim image pinned by its tag", () => {
    const images = new Set(stagesOf().map(({ image }) => image));
    expect(stagesOf().length).toBeGreaterThan(1);
    expect([...images]).toEqual([expect.stringMatching(/^node:24-\w+-slim$/)]);
  });

  it("runs as a user by number, who is not root", () => {
    expect(textsOf(final, "USER").at(-1)).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it("starts node itself, so that signals reach it", () => {
    expect(wordsOf(final, "ENTRYPOINT")).toEqual(["/usr/local/bin/node"]);
    expect(wordsOf(final, "CMD")).toEqual(["dist/src/main.js"]);
    expect(textsOf(final, "STOPSIGNAL")).toEqual(["SIGTERM"]);
  });

  it("runs nothing in the final stage, which has no development dependencies", () => {
    expect(textsOf(final, "RUN")).toEqual([]);
    const modules = final.instructions.find(({ text }) => text.endsWith("node_modules"));
    const stage = stagesOf().find(({ name }) => name === modules?.flags.from);
    expect(stage && textsOf(stage, "RUN").join()).toContain("npm ci --omit=dev");
  });

  it("is for production, with its data in a volume that its user owns", () => {
    expect(environmentOf(final)).toMatchObject({ NODE_ENV: "production", DATA_DIR: "/data" });
    expect(textsOf(final, "VOLUME")).toEqual(["/data"]);
    const data = final.instructions.find(({ name, text }) => name === "COPY" && text.endsWith(" /data"));
    expect(data?.flags.chown).toBe(textsOf(final, "USER").at(-1));
    expect(textsOf(final, "EXPOSE")).toEqual([environmentOf(final).PORT]);
  });
});

describe("what the Dockerfile copies", () => {
  let image: Image;
  let folder: string;
  const running: Program[] = [];
  beforeAll(() => {
    image = buildImage();
    folder = mkdtempSync(join(tmpdir(), "simulation-containers-"));
  }, 300_000);
  afterAll(async () => {
    for (const one of running) one.signal("SIGKILL");
    await Promise.all(running.map(({ exited }) => exited));
    image?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(container: Omit<Container, "places" | "port" | "folder">, port: number) {
    const program = await startContainer(image, { ...container, places: new Map(), port, folder });
    running.push(program);
    return program;
  }

  const contents = () => readdirSync(image.workdir, { recursive: true, encoding: "utf8" }).sort();

  /** The image's own check, of an address. */
  function healthcheck(address: string): Promise<string> {
    const [, script = ""] = wordsOf(finalStage(), "HEALTHCHECK");
    const checked = promisify(execFile)(process.execPath, [script, address], { cwd: image.workdir });
    return checked.then(
      () => "well",
      ({ code }) => `exit code ${code}`,
    );
  }

  /** Asked again and again, as Docker does: a machine under load may let one check run out of time. */
  const becomesWell = (address: string) =>
    expect.poll(() => healthcheck(address), { timeout: 60_000, interval: 500 }).toBe("well");

  it("is a service that starts alone, is found healthy, writes to its volume only, and ends in order", async () => {
    const before = contents();
    const port = await freePort();
    const [, , address = ""] = wordsOf(finalStage(), "HEALTHCHECK");
    const own = address.replace(":4000/", `:${port}/`);
    expect(own).not.toBe(address);
    expect(await healthcheck(own)).toBe("exit code 1");

    const service = await start({ name: "service", args: image.command, environment: {} }, port);
    await becomesWell(own);
    expect((await send(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect(await endContainers([service])).toEqual([0]);
    expect(contents()).toEqual(before);
    expect(readdirSync(join(folder, "service-data"))).toContain("pgdata");
  });

  it("is an engine, too, which is found healthy and ends in order", async () => {
    const before = contents();
    const port = await freePort();
    const environment = { ENGINE_HOST: "0.0.0.0", ENGINE_PORT: "7000" };
    expect(await healthcheck(`grpc://127.0.0.1:${port}`)).toBe("exit code 1");
    const engine = await start({ name: "engine", args: ["dist/src/engine/main.js"], environment }, port);
    await becomesWell(`grpc://127.0.0.1:${port}`);
    expect(await endContainers([engine])).toEqual([0]);
    expect(contents()).toEqual(before);
  });
});
