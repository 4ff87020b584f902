import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { distributions, faultKinds, features } from "../../src/engine/model/features.ts";
import { problemsOf } from "../../src/engine/model/validate.ts";
import { translate } from "../../src/orchestrator/translation/translate.ts";
import { valid } from "./sample.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = readdirSync(join(root, "designs")).filter(
  (name) => name.endsWith(".json") && !name.endsWith(".schema.json"),
);
const modelled = new Set([
  ...features,
  ...distributions.map((name) => `dist.${name}`),
  ...faultKinds.map((name) => `fault.${name}`),
]);

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(root, "designs", file), "utf8"));
}

function translated(file: string) {
  const translation = translate(valid(read(file)), { seed: 1 });
  if ("problems" in translation) throw new Error(JSON.stringify(translation.problems));
  return translation;
}

describe("the shipped designs", () => {
  it("are these", () => {
    expect(files).toEqual([
      "hotel-reservation.json",
      "isotope-canonical.json",
      "isotope-chain-3.json",
      "isotope-tree-13.json",
      "mm1.json",
      "online-boutique.json",
      "retry-storm.json",
      "web-shop.json",
    ]);
  });

  it.each(files)("%s is a design, named as its file", (file) => {
    expect(`${valid(read(file)).id}.json`).toBe(file);
  });

  it.each(files)("%s says where it comes from and what it shows", (file) => {
    const { source, description } = valid(read(file));
    expect(source?.licence ?? source?.notes?.[0]).toBeTruthy();
    expect(description?.length).toBeGreaterThan(100);
  });

  it.each(files)("%s needs nothing that the reference engine does not model", (file) => {
    const { config, features: needed } = translated(file);
    expect(needed.filter((name) => !modelled.has(name))).toEqual([]);
    expect(problemsOf(config).filter((problem) => !problem.warning)).toEqual([]);
  });

  it.each(files)("%s is drawn left to right, without nodes on top of each other", (file) => {
    const { nodes, edges } = valid(read(file));
    const places = new Map(nodes.map((node) => [node.id, node.position ?? { x: Number.NaN, y: 0 }]));
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(nodes.length);
    for (const { source, target } of edges)
      expect(places.get(source)?.x).toBeLessThan(places.get(target)?.x ?? 0);
  });

  it.each(files)("%s leaves no number to defaults: it marks what it assumes itself", (file) => {
    const { assumptions } = translated(file);
    expect(assumptions.filter(({ text }) => !text.startsWith("The design assumes"))).toEqual([]);
  });

  it("have the capacity that queueing theory gives them", () => {
    const at = (file: string, station: string) =>
      translated(file).offered.find((load) => load.station === station);
    expect(at("mm1.json", "server")).toMatchObject({ perSec: 80, utilization: 0.8 });
    expect(at("retry-storm.json", "inventory")?.utilization).toBeCloseTo(0.75, 12);
  });

  it("warn of the retry storm", () => {
    expect(translated("retry-storm.json").warnings.map(({ code }) => code)).toContain("W-RETRY-AMPLIFY");
  });

  it("have a published schema that is current", async () => {
    const run = promisify(execFile)(process.execPath, [join(root, "scripts/design-schema.ts"), "--check"]);
    await expect(run).resolves.toMatchObject({ stderr: "" });
  });
});
