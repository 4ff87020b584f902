// What fuzzing has found, each as small as it can be.
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "../support/http.ts";
import { type Api, startApi } from "./api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** The whole answer, as it was sent; the request says that it is the last one. */
async function sent(accept: string, query: string): Promise<string> {
  const body = JSON.stringify({ query });
  const socket = connect(api.address.port, "127.0.0.1");
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: ${accept}\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  return text(socket);
}

it.each(["{ __typename }", "{"])(
  "an answer in parts, to %s, says its length once, and ends the connection where that was asked",
  async (query) => {
    const answer = await sent("multipart/mixed", query);
    const [head = "", ...rest] = answer.split("\r\n\r\n");
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(head).toMatch(/^connection: close$/im);
    expect(Number(/^content-length: (\d+)$/im.exec(head)?.[1])).toBe(rest.join("\r\n\r\n").length);
  },
);

it("a body that is no JSON is not said back at length", async () => {
  const body = "[".repeat(40_000);
  const answer = await send(`${api.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text).errors[0].extensions.code).toBe("BAD_REQUEST");
  expect(answer.text.length).toBeLessThan(1_000);
});
