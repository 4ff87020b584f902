// Plain HTTP against the service: operations, event streams, and requests that no GraphQL library would make.
import { type IncomingMessage, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Sends the body without saying its length. */
  readonly chunked?: boolean;
}

/** One request; unlike fetch it sends any Host and Origin, and follows nothing. */
export function send(url: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body, chunked = false } = options;
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = request(
      url,
      { method, headers: { ...length, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          });
        });
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    if (chunked) outgoing.flushHeaders();
    outgoing.end(body);
  });
}

export interface GraphQLResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

/** One operation as JSON. */
export async function operation(url: string, query: string, variables: object = {}): Promise<GraphQLResult> {
  const answer = await postJson(url, { query, variables });
  return JSON.parse(answer.text);
}

export function postJson(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return send(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

export interface StreamedEvent {
  readonly event: string;
  readonly data: string;
}

/** An event stream: its events as they come. Leave the loop, or call `close`, to go away. */
export class EventStream implements AsyncIterable<StreamedEvent> {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly #incoming: IncomingMessage;

  private constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
    this.status = incoming.statusCode ?? 0;
    this.headers = incoming.headers;
  }

  static open(
    url: string,
    query: string,
    variables: object = {},
    headers: Record<string, string> = {},
  ): Promise<EventStream> {
    const body = JSON.stringify({ query, variables });
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${url}/graphql`,
        {
          method: "POST",
          agent: false,
          headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
        },
        (incoming) => resolve(new EventStream(incoming)),
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamedEvent, void> {
    let text = "";
    for await (const chunk of this.#incoming.setEncoding("utf8")) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        if (!block.startsWith(":")) yield parsed(block);
      }
    }
  }

  close(): void {
    this.#incoming.destroy();
  }
}

function parsed(block: string): StreamedEvent {
  const fields = new Map(
    block.split("\n").map((line) => {
      const [name = "", value = ""] = line.split(/:\s?(.*)/s);
      return [name, value] as const;
    }),
  );
  return { event: fields.get("event") ?? "message", data: fields.get("data") ?? "" };
}
