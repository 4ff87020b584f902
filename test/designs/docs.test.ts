import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { designSchema } from "../../src/core/design/design.ts";
import { DESIGN_CODES } from "../../src/core/design/problem.ts";
import { DEFAULTS } from "../../src/orchestrator/translation/defaults.ts";
import { describeDistribution } from "../../src/orchestrator/translation/distributions.ts";
import { translate } from "../../src/orchestrator/translation/translate.ts";
import { valid } from "./sample.ts";

const docs = readFileSync(new URL("../../docs/design-format.md", import.meta.url), "utf8");
const blocks = [...docs.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");

function row(first: string): string {
  return docs.split("\n").find((line) => line.startsWith(`| \`${first}\` |`)) ?? "";
}

describe("docs/design-format.md", () => {
  it("has examples that run", () => {
    expect(blocks).toHaveLength(2);
    for (const block of blocks)
      expect(translate(valid(JSON.parse(block)), { seed: 1 })).toHaveProperty("config");
  });

  it("lists the codes that there are, with their meanings", () => {
    const listed = [...docs.matchAll(/^\| `([EW]-[A-Z-]+)` \| (.*) \|$/gm)].map((match) => [
      match[1],
      match[2],
    ]);
    expect(Object.fromEntries(listed)).toEqual(DESIGN_CODES);
  });

  it("names every field and value of the format", () => {
    const schema = JSON.stringify(z.toJSONSchema(designSchema, { io: "input", reused: "inline" }));
    const properties = [...schema.matchAll(/"properties":\{/g)].length;
    expect(properties).toBeGreaterThan(30);
    expect(
      [...namesIn(JSON.parse(schema))].filter(
        (name) => !docs.includes(`\`${name}\``) && !docs.includes(`"${name}"`),
      ),
    ).toEqual([]);
  });

  it("has the defaults that are taken", () => {
    for (const [type, work] of Object.entries(DEFAULTS.ownWork))
      expect(row(type)).toContain(describeDistribution(work.value));
    for (const [type, slots] of Object.entries(DEFAULTS.slots))
      expect(row(type)).toMatch(new RegExp(`\\| ${slots.value} \\|$`));
    expect(row("replicas")).toContain(`| ${DEFAULTS.replicas.value} |`);
    expect(row("queueCapacity")).toContain(`| ${DEFAULTS.queueCapacity.value} |`);
    expect(row("timeoutMs")).toContain(`| ${DEFAULTS.timeoutMs.value} `);
    expect(row("maxPending")).toContain(`| ${DEFAULTS.maxPending.value} |`);
    expect(row("durationMs")).toContain(`| ${DEFAULTS.durationMs.value} |`);
  });
});

/** Names of fields, and the words that fields may hold. */
function namesIn(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== "object" || schema === null) return names;
  for (const [key, value] of Object.entries(schema)) {
    if (key === "properties") for (const name of Object.keys(value)) names.add(name);
    if (key === "const" && typeof value === "string") names.add(value);
    if (key === "enum") for (const word of value) names.add(word);
    namesIn(value, names);
  }
  return names;
}
