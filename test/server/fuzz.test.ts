// 10,000 hostile inputs by HTTP and WebSocket against the real program: it lives, answers nothing with a 5xx but a
// stated one, tells nothing of itself, stays within its memory, and serves healthy clients meanwhile. Inputs are drawn
// from a seed (PROPERTY_SEED); a failure prints the seed and the smallest input that still fails.
import { existsSync } from "node:fs";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { send } from "../support/http.ts";
import { endServices, withDataFolder } from "../support/service-process.ts";
import { type HttpInput, httpInput } from "./fuzz/requests.ts";
import { type SocketInput, socketInput } from "./fuzz/sockets.ts";
import { Tape } from "./fuzz/tape.ts";
import { raised, residentMb, startTarget, type Target } from "./fuzz/target.ts";
import { judgeFrames, judgeHttp } from "./fuzz/verdict.ts";
import { exchangeFrames, exchangeHttp } from "./fuzz/wire.ts";

afterEach(endServices);

/** How many, a multiple of 1,000; more of them where asked for (`FUZZ_INPUTS=100000`). */
const total = Number(process.env.FUZZ_INPUTS ?? 10_000);
/** Inputs under way at a time. */
const together = 100;
/** MiB by which the process may be larger at the end than after the first batches. */
const growthMb = 250;

const tapes = fc.uint8Array({ minLength: 32, maxLength: 400, size: "max" });

interface Kind<Input extends { readonly bytes: Buffer }> {
  readonly draw: (tape: Tape) => Input;
  readonly judge: (port: number, input: Input) => Promise<void>;
}

const http: Kind<HttpInput> = {
  draw: httpInput,
  judge: async (port, input) => {
    const answers = await exchangeHttp(port, input);
    judgeHttp(answers);
    if (input.ending === "answers" && answers.length < input.answers) judgeSilence(answers.length, input);
  },
};

/** Where the framing of an answer's request was refused, the connection ends, and the rest of it is not looked at. */
function judgeSilence(count: number, { answers }: HttpInput): void {
  if (count === 0) throw new Error(`None of ${answers} answers came.`);
}

const sockets: Kind<SocketInput> = {
  draw: socketInput,
  judge: async (port, input) => {
    const result = await exchangeFrames(port, input);
    if ("refused" in result) judgeHttp(result.refused);
    else judgeFrames(result);
  },
};

/** Sends them, so many at a time; throws where a verdict is against an answer, or against the process. */
async function fuzz<Input extends { readonly bytes: Buffer }>(
  { service, port, healthy }: Target,
  inputs: number,
  kind: Kind<Input>,
): Promise<void> {
  const drawn = fc.sample(tapes, inputs);
  const batches = Array.from({ length: inputs / together }, (_, index) =>
    drawn.slice(index * together, (index + 1) * together),
  );
  const judged = async (tape: Uint8Array) => kind.judge(port, kind.draw(new Tape(tape)));
  let first = 0;
  for (const [index, batch] of batches.entries()) {
    const verdicts = await Promise.allSettled(batch.map(judged));
    const wrong = verdicts.findIndex(({ status }) => status === "rejected");
    if (wrong >= 0) await tellSmallest(batch[wrong] ?? Uint8Array.of(), verdicts[wrong], kind, judged);
    expect((await send(`${service.url}/healthz`)).status).toBe(200);
    expect(defects(service.log())).toEqual([]);
    if (index % 5 === 4) await healthy.goesOn();
    if (index === Math.floor(batches.length / 5)) first = residentMb(service.pid);
  }
  await healthy.goesOn();
  expect(existsSync(`/proc/${service.pid}`)).toBe(true);
  expect(residentMb(service.pid)).toBeLessThan(first + growthMb);
}

/** Throws: with the smallest input that fails alike alone, else with the one that failed among others. */
async function tellSmallest<Input extends { readonly bytes: Buffer }>(
  tape: Uint8Array,
  verdict: PromiseSettledResult<void> | undefined,
  { draw }: Kind<Input>,
  judged: (tape: Uint8Array) => Promise<void>,
): Promise<never> {
  const told = (one: Uint8Array) =>
    JSON.stringify(draw(new Tape(one)).bytes.toString("latin1")).slice(0, 3_000);
  const result = await fc.check(fc.asyncProperty(tapes, judged), {
    examples: [[tape]],
    numRuns: 1,
    interruptAfterTimeLimit: 30_000,
  });
  const smallest = result.counterexample?.[0];
  const why =
    smallest === undefined && verdict?.status === "rejected" ? verdict.reason : result.errorInstance;
  const { seed } = fc.readConfigureGlobal();
  throw new Error(
    `PROPERTY_SEED=${seed}, ${smallest === undefined ? "among others" : "alone"}: ${told(smallest ?? tape)}`,
    { cause: why },
  );
}

/** Lines that the front door writes where something broke in it; that a busy machine made a part late is no such. */
function defects(log: string): readonly string[] {
  const broke = /a defect|could not be (answered|handled|let go)/i;
  return log.split("\n").filter((line) => /^\{"level":[56]0/.test(line) && broke.test(line));
}

it(`${total} hostile inputs, with limits so high that they come through`, async () => {
  await withDataFolder(async (dataDir) => {
    const target = await startTarget(dataDir, raised());
    await fuzz(target, total * 0.7, http);
    await fuzz(target, total * 0.3, sockets);
    target.healthy.end();
    expect(await ended(target)).toBe(0);
  });
}, 900_000);

it(`${total / 10} hostile inputs, with the limits that everybody has`, async () => {
  await withDataFolder(async (dataDir) => {
    // But for what the healthy client shares with the hostile ones: an address, and, without authentication, a user.
    const target = await startTarget(dataDir, {
      LIMIT_POINTS_PER_USER: "100000000",
      LIMIT_FAILURES_PER_ADDRESS: "100000000",
    });
    await fuzz(target, total * 0.05, sockets);
    await fuzz(target, total * 0.05, http);
    target.healthy.end();
    expect(await ended(target)).toBe(0);
  });
}, 300_000);

function ended({ service }: Target): Promise<number | NodeJS.Signals> {
  service.kill("SIGTERM");
  return service.exited;
}
