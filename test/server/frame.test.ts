// Frames that are put together by hand, read by the library's own client.
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { utf8 } from "../../src/core/bytes.ts";
import { frameBytes, putFrame } from "../../src/server/frame.ts";

const http = createServer();
let client: WebSocket;
let connection: Socket;

beforeAll(async () => {
  const sockets = new WebSocketServer({ server: http });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => {
    sockets.once("connection", (_, request) => resolve(request.socket));
  });
  client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  connection = await accepted;
});

afterAll(async () => {
  client.terminate();
  await new Promise((resolve) => http.close(resolve));
});

async function received(texts: readonly string[]): Promise<string[]> {
  const seen: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.on("message", (data) => {
      seen.push(String(data));
      if (seen.length === texts.length) resolve();
    });
  });
  connection.write(Buffer.concat(texts.map(frameOf)));
  await all;
  client.removeAllListeners("message");
  return seen;
}

/** In two parts, wherever it is cut. */
function frameOf(text: string): Buffer {
  const bytes = utf8(text);
  const cut = Math.min(bytes.length, 100);
  const payload = { head: bytes.slice(0, cut), rest: bytes.slice(cut) };
  const frame = Buffer.alloc(frameBytes(payload));
  expect(putFrame(payload, frame, 0)).toBe(frame.length);
  return frame;
}

describe("a text frame", () => {
  it("is read as the text, at every length at which its head changes", async () => {
    const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000].map((length) => "x".repeat(length));
    expect(await received(texts)).toEqual(texts);
  });

  it("is read as the text whatever is in it; halves of characters as the sign for what cannot be shown", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 300 }), { minLength: 1 }),
        async (texts) => {
          expect(await received(texts)).toEqual(texts.map((text) => text.toWellFormed()));
        },
      ),
      { numRuns: 50 },
    );
  });
});
