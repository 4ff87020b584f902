// Whatever comes over the wire, the process lives, says nothing of itself, and goes on answering.
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { operation } from "../support/http.ts";
import { type Api, startApi } from "./api.ts";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

afterEach(async () => {
  expect(await operation(api.url, "{ __typename }")).toEqual({ data: { __typename: "Query" } });
  expect(api.lines.filter(({ level }) => level === "error")).toEqual([]);
});

/** Sends bytes and hangs up, or waits for the server to do so; resolves with what came back. */
function raw(bytes: string | Buffer, hangUp: boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(api.address.port, "127.0.0.1", () => {
      socket.write(bytes, () => {
        if (hangUp) socket.destroy();
      });
    });
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(text));
  });
}

const host = `Host: 127.0.0.1\r\n`;
const post = `POST /graphql HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
const upgrade = `GET /graphql HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n`;
const handshake = `${upgrade}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n`;

describe("garbage", () => {
  it.each([
    ["random bytes", randomBytes(4096)],
    ["headers without end", `GET / HTTP/1.1\r\n${`X: ${"x".repeat(1000)}\r\n`.repeat(40)}\r\n`],
    ["two lengths", `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{"a"}`],
    ["a length and chunks", `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a bad chunk", `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`],
    ["no host", "GET /graphql HTTP/1.1\r\n\r\n"],
    ["a handshake without a key", `${upgrade}Sec-WebSocket-Version: 13\r\n\r\n`],
    ["a handshake of another version", handshake.replace("Version: 13", "Version: 99")],
    ["a handshake for a path that is no URL", handshake.replace("/graphql", "//")],
    ["a handshake for a host that is none", handshake.replace("/graphql", "http://[")],
    ["another upgrade", `${upgrade.replace("websocket", "h2c")}\r\n`],
    ["frames that are none", Buffer.concat([Buffer.from(handshake), randomBytes(512)])],
    ["an unmasked frame", Buffer.concat([Buffer.from(handshake), Buffer.from([0x81, 1, 0x7b])])],
    [
      "a frame of 2^63 bytes",
      Buffer.concat([Buffer.from(handshake), Buffer.from([0x81, 0xff, 0x7f, ...Array(11).fill(255)])]),
    ],
  ])("as %s ends its own connection only", async (_, bytes) => {
    const answer = await raw(bytes, false);
    expect(answer).not.toMatch(/node_modules|at .*\.[jt]s:\d/);
  });

  it.each([
    ["in the middle of the headers", "POST /graphql HT"],
    ["in the middle of a body", `${post}Content-Length: 500\r\n\r\n{"query":`],
    ["in the middle of a chunk", `${post}Transfer-Encoding: chunked\r\n\r\nff\r\n{"query":`],
    ["in the middle of a handshake", upgrade],
    ["in the middle of a frame", Buffer.concat([Buffer.from(handshake), Buffer.from([0x81, 0xfe, 0x10])])],
    ["with an answer on its way", `${post}Content-Length: 24\r\n\r\n{"query":"{__typename}"}`],
  ])("that hangs up %s ends its own connection only", async (_, bytes) => {
    await raw(bytes, true);
  });
});
