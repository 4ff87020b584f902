import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type FakeDesignService = {
  readonly url: string;
  /** Requests received so far. */
  readonly requests: {
    readonly url: string;
    readonly authorization: string | undefined;
    readonly onBehalfOf: string | string[] | undefined;
  }[];
  /** Connections open now. */
  connections(): Promise<number>;
  /** What is served from now on. */
  serve(listener: RequestListener): void;
  close(): Promise<void>;
};

/** A real HTTP server on loopback that behaves as it is told. */
export async function fakeDesignService(listener: RequestListener): Promise<FakeDesignService> {
  let current = listener;
  const requests: FakeDesignService["requests"] = [];
  const server = createServer((request, response) => {
    requests.push({
      url: request.url ?? "",
      authorization: request.headers.authorization,
      onBehalfOf: request.headers["x-on-behalf-of"],
    });
    response.on("error", () => {});
    current(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    serve(next) {
      current = next;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export function json(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

/** Serves these documents by the Design Service's three requests. `shape` is that of several. */
export function serving(
  documents: ReadonlyMap<string, unknown>,
  shape: "array" | "object" = "array",
): RequestListener {
  const several = (list: unknown[]) => (shape === "array" ? list : { designs: list });
  return (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", "http://fake");
    if (url.pathname !== "/designs") {
      const document = documents.get(decodeURIComponent(url.pathname.slice("/designs/".length)));
      if (document === undefined) response.writeHead(404).end();
      else json(response, document);
      return;
    }
    const ids = url.searchParams.get("ids")?.split(",");
    if (ids !== undefined) {
      json(response, several(ids.flatMap((id) => documents.get(id) ?? [])));
      return;
    }
    const after = url.searchParams.get("after") ?? "";
    const sorted = [...documents.keys()].filter((id) => id > after).sort();
    json(
      response,
      several(sorted.slice(0, Number(url.searchParams.get("first"))).map((id) => documents.get(id))),
    );
  };
}
