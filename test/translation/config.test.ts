import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDesign } from "../../src/core/design/parse.ts";
import { features as modelled } from "../../src/engine/model/features.ts";
import { problemsOf } from "../../src/engine/model/validate.ts";
import { SimulationConfig } from "../../src/gen/architech/engine/v1/engine.ts";
import { digestOf, reseeded, translate } from "../../src/orchestrator/translation/translate.ts";
import { randomDesign } from "../designs/arbitrary.ts";
import { type Json, sample, valid } from "../designs/sample.ts";
import { translated } from "./translated.ts";

function translation(document: unknown) {
  const parsed = parseDesign(document);
  return "design" in parsed ? translate(parsed.design, { seed: 1 }) : parsed;
}

function hex(document: unknown): string {
  const made = translation(document);
  return "config" in made
    ? Buffer.from(made.digest).toString("hex")
    : made.problems.map(({ code }) => code).join();
}

describe("the digest", () => {
  it("is the SHA-256 of the encoded config", () => {
    const { config, digest } = translated(sample());
    expect(digest).toEqual(digestOf(SimulationConfig.decode(SimulationConfig.encode(config).finish())));
    expect(digest).toHaveLength(32);
  });

  it("does not change with the order of nodes, names, words and drawing, or an added note", () => {
    fc.assert(
      fc.property(randomDesign, fc.infiniteStream(fc.nat(1_000)), (document, numbers) => {
        const shuffled = (document.nodes as Json[])
          .map((node) => ({ node, rank: numbers.next().value ?? 0 }))
          .sort((x, y) => x.rank - y.rank)
          .map(({ node, rank }) => ({
            ...node,
            position: { x: rank, y: -rank },
            data: { ...(node.data as Json), label: `L${rank}`, assumed: ["x"] },
          }));
        const redrawn = {
          ...document,
          nodes: [...shuffled, { id: "hello", type: "note" }],
          name: "Other",
          revision: 9,
          description: "d",
        };
        expect(hex(redrawn)).toBe(hex(document));
      }),
      { numRuns: 200 },
    );
  });

  it("changes with the seed, the duration and every number of the model", () => {
    const base = sample();
    const variants = [
      base,
      { ...base, run: { durationMs: 61_000 } },
      { ...base, workloads: [{ id: "load", source: "users", type: "open", startPerSec: 101 }] },
      {
        ...base,
        edges: [
          { id: "users>api", source: "users", target: "api" },
          { id: "api>db", source: "api", target: "db", data: { timeoutMs: 1 } },
        ],
      },
    ];
    const seeds = [1, 2].map((seed) => translate(valid(base), { seed }));
    const digests = seeds.map((made) => ("config" in made ? Buffer.from(made.digest).toString("hex") : ""));
    expect(new Set([...variants.map(hex), ...digests.slice(1)]).size).toBe(variants.length + 1);
  });
});

describe("a translation with another seed", () => {
  it("is the one that is made with that seed", () => {
    fc.assert(
      fc.property(randomDesign, fc.nat(), fc.nat(), (document, seed, other) => {
        const parsed = parseDesign(document);
        if ("problems" in parsed) return;
        const made = translate(parsed.design, { seed });
        if ("config" in made)
          expect(reseeded(made, other)).toEqual(translate(parsed.design, { seed: other }));
      }),
      { numRuns: 200 },
    );
  });

  it("is none where the seed is none", () => {
    expect(reseeded(translated(sample()), -1)).toBeNull();
  });
});

describe("translation", () => {
  it("is total: a random design gives a config or problems", () => {
    let configs = 0;
    fc.assert(
      fc.property(randomDesign, (document) => {
        const made = translation(document);
        if ("config" in made) configs += 1;
        else expect(made.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
    expect(configs).toBeGreaterThan(100);
  });

  it("makes configs that the engine's own checks accept, but for features that it says it lacks", () => {
    const known = new Set(modelled);
    fc.assert(
      fc.property(randomDesign, (document) => {
        const made = translation(document);
        if (!("config" in made)) return;
        const found = problemsOf(made.config).filter((problem) => !problem.warning);
        expect(found.filter(({ code }) => code !== "UNSUPPORTED")).toEqual([]);
        const lacking = made.features.filter(
          (name) => !name.startsWith("dist.") && !name.startsWith("fault.") && !known.has(name),
        );
        expect(lacking.length > 0).toBe(found.length > 0);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a seed or duration that no run can have", () => {
    const refused = (overrides: { seed: number; durationMs?: number }) => {
      const made = translate(valid(sample()), overrides);
      return "problems" in made ? made.problems.map(({ code, path }) => `${code} ${path}`) : [];
    };
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(refused({ seed })).toEqual(["E-RANGE run.seed"]);
    for (const durationMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(refused({ seed: 1, durationMs })).toEqual(["E-RANGE run.durationMs"]);
  });

  it("refuses a name that two parts would share", () => {
    const one = { source: "users", type: "open", startPerSec: 5 };
    const document = sample({
      nodes: [...(sample().nodes as Json[]), { id: "users@x", type: "service" }],
      workloads: [
        { id: "x", ...one },
        { id: "y", ...one },
      ],
    });
    expect(translation(document)).toMatchObject({ problems: [{ code: "E-ID-DUP" }] });
  });
});
