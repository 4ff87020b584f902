import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { faultKinds, features } from "../../../src/engine/model/features.ts";

// Goal: docs/engine-contract.md names every feature that the reference engine has.

const page = readFileSync(new URL("../../../docs/engine-contract.md", import.meta.url), "utf8");

test("every feature of the reference engine is in the contract's table", () => {
  const named = new Set([...page.matchAll(/`([a-z]+(?:\.[a-z0-9-]+)+)`/g)].map(([, name]) => name));
  const faults = faultKinds.map((kind) => `fault.${kind}`);
  expect(features.filter((feature) => !named.has(feature) && !faults.includes(feature))).toEqual([]);
});
