// One operation as somebody, over each transport. Of a subscription the first item is the answer.
import { GraphQLWsClient } from "../support/graphql-ws-client.ts";

export const transports = ["HTTP", "WebSocket", "SSE"] as const;

export type Transport = (typeof transports)[number];

export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

export class Asking {
  readonly #url: string;
  readonly #sockets = new Map<string, Promise<GraphQLWsClient>>();
  #operations = 0;

  constructor(url: string) {
    this.#url = url;
  }

  ask(transport: Transport, token: string, query: string, variables: object = {}): Promise<Answer> {
    switch (transport) {
      case "HTTP":
        return this.#http(token, query, variables);
      case "SSE":
        return this.#stream(token, query, variables);
      case "WebSocket":
        return this.#socket(token, query, variables);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) await (await socket).close();
  }

  async #http(token: string, query: string, variables: object): Promise<Answer> {
    const response = await this.#post(token, "application/json", query, variables);
    return answerOf(await response.json());
  }

  async #stream(token: string, query: string, variables: object): Promise<Answer> {
    const response = await this.#post(token, "text/event-stream", query, variables);
    if (response.body === null) throw new Error("An event stream without a body.");
    let text = "";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      text += value ?? "";
      const data = /^data: (\{.*\})$/m.exec(text)?.[1];
      if (data !== undefined) {
        await reader.cancel();
        return answerOf(JSON.parse(data));
      }
      if (done) throw new Error(`No result came: ${response.status} ${text}`);
    }
  }

  #post(token: string, accept: string, query: string, variables: object): Promise<Response> {
    return fetch(`${this.#url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept, authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
  }

  async #socket(token: string, query: string, variables: object): Promise<Answer> {
    const connecting =
      this.#sockets.get(token) ??
      GraphQLWsClient.connect({ url: this.#url }, { authorization: `Bearer ${token}` });
    this.#sockets.set(token, connecting);
    const client = await connecting;
    this.#operations += 1;
    const id = String(this.#operations);
    client.subscribe(id, query, variables);
    const frame = await client.frame((it) => it.id === id && (it.type === "next" || it.type === "error"));
    client.send({ type: "complete", id });
    client.frames.length = 0;
    return frame.type === "error" ? answerOf({ errors: frame.payload }) : answerOf(frame.payload);
  }
}

function answerOf(value: unknown): Answer {
  if (typeof value !== "object" || value === null) throw new Error("An answer that is no object.");
  return value;
}
