import { describe, expect, it } from "vitest";
import { heard } from "../../src/orchestrator/owner/silence.ts";

/** Gives the items, then waits for the signal. */
async function* speaking(items: readonly string[], signal: AbortSignal): AsyncIterable<string> {
  yield* items;
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function all(stream: AsyncIterable<string>, got: string[] = []): Promise<string[]> {
  for await (const item of stream) got.push(item);
  return got;
}

describe("a stream that must not be silent", () => {
  it("throws when nothing is heard for too long, after what was heard", async () => {
    const got: string[] = [];
    const stream = heard((signal) => speaking(["a", "b"], signal), new AbortController().signal, 30);
    await expect(all(stream, got)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(got).toEqual(["a", "b"]);
  });

  it("does not count the time that its reader takes", async () => {
    const stream = heard((signal) => speaking(["a", "b", "c"], signal), new AbortController().signal, 30);
    const got: string[] = [];
    await expect(
      (async () => {
        for await (const item of stream) {
          got.push(item);
          await new Promise((resolve) => setTimeout(resolve, 60));
        }
      })(),
    ).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(got).toEqual(["a", "b", "c"]);
  });

  it("ends quietly by the signal", async () => {
    const stop = new AbortController();
    const ending = all(heard((signal) => speaking(["a"], signal), stop.signal, 60_000));
    stop.abort();
    expect(await ending).toEqual(["a"]);
  });
});
