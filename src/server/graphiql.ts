// The GraphiQL page, from this server alone: it loads nothing from elsewhere. It is several MB, so it is made once,
// when it is first asked for, and sent compressed.
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const defaultQuery = `# Press the play button and choose an operation. Designs come first:
query Designs {
  designs(first: 10) {
    nodes { id name revision }
  }
}

# Start a simulation of one of them (speed: simulated seconds per second, 0 = as fast as possible).
mutation Start {
  startSimulation(input: { designId: "web-shop", speed: 10, labels: { from: "graphiql" } }) {
    __typename
    ... on Simulation { id status designId }
    ... on Error { code message }
  }
}

# Watch it: put its id here. "after: 0" tells everything from the beginning, and goes on live.
subscription Watch {
  simulationEvents(simulationId: "", after: 0) {
    seq
    simulatedTime
    __typename
    ... on StatusChanged { status desiredStatus reason }
    ... on MetricsSampled { progress throughput errorRate latencyP95 }
    ... on LogEmitted { level message }
    ... on StreamStateChanged { state reason }
  }
}

query Latest {
  simulations(first: 10) {
    totalCount
    nodes { id designName status progress createdAt }
  }
}
`;

const headers = {
  "content-type": "text/html; charset=utf-8",
  "content-encoding": "gzip",
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; font-src data:; img-src data:; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

let page: Promise<Buffer> | undefined;

async function render(): Promise<Buffer> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const html = renderGraphiQL({ title: "Simulations", subscriptionsProtocol: "WS", defaultQuery });
  return promisify(gzip)(html);
}

/** True for a browser that wants a page rather than a result. */
export function wantsPage({ method, headers: { accept } }: IncomingMessage): boolean {
  return method === "GET" && accept?.includes("text/html") === true;
}

export async function answerGraphiql(response: ServerResponse): Promise<void> {
  page ??= render();
  const body = await page;
  response.writeHead(200, { ...headers, "content-length": body.length });
  response.end(body);
}
