// That the benchmarks run, and find nothing wrong in what is delivered; how fast is not asked here.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

async function bench(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["launch.mjs", ...args], { cwd: root });
  return stdout;
}

it("bench:fanout counts deliveries of the service, each as it was published", async () => {
  const scenarios = ["saturated", "burst"].flatMap((name) => ["--scenario", name]);
  const told = await bench(
    ...["bench/fanout.ts", "--contenders", "ours", "--rounds", "1", "--seconds", "1", "--warm-up", "1"],
    ...scenarios,
  );
  expect(told).toMatch(/\| ours +\|/);
  expect(told).not.toContain("NaN");
});
