// The same request again and again, so many in flight, over connections that stay open.
import { Agent, request } from "node:http";

export interface Load {
  /** One address for each server; requests in flight are spread over them evenly. */
  readonly urls: readonly string[];
  readonly inFlight: number;
  readonly seconds: number;
  /** Asked for each request. */
  readonly body: () => string;
  /** Throws where the answer is not what was asked for. */
  readonly check: (answer: string) => void;
}

/** How long each took, ms; in the order of their ends. */
export async function load({ urls, inFlight, seconds, body, check }: Load): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + seconds * 1_000;
  const agents = urls.map(() => new Agent({ keepAlive: true }));
  const one = async (index: number) => {
    const at = index % urls.length;
    const [url, agent] = [urls[at], agents[at]];
    if (url === undefined || agent === undefined) throw new Error("There is no server.");
    while (performance.now() < until) {
      const began = performance.now();
      check(await post(url, agent, body()));
      times.push(performance.now() - began);
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, (_, index) => one(index)));
  } finally {
    for (const agent of agents) agent.destroy();
  }
  return times;
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asking = request(url, { method: "POST", agent, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve(text));
      answer.on("error", reject);
    });
    asking.on("error", reject);
    asking.end(body);
  });
}
