import { once } from "node:events";
import { createServer, IncomingMessage, request as send } from "node:http";
import { Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { developmentViewer } from "../../src/core/viewer.ts";
import { clientAddress, limitKey, trustedProxies } from "../../src/server/client-address.ts";
import { postJson } from "../support/http.ts";
import { identityBy } from "../support/identities.ts";
import { startApi } from "./api.ts";

const proxies = trustedProxies(["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"]);

function seen(peer: string | undefined, forwardedFor?: string, trusted = proxies): string {
  const request = new IncomingMessage(Object.defineProperty(new Socket(), "remoteAddress", { value: peer }));
  if (forwardedFor !== undefined) request.headers["x-forwarded-for"] = forwardedFor;
  return clientAddress(request, trusted);
}

describe("the client's address", () => {
  it("is the connection's where no proxy is trusted, whatever the header says", () => {
    expect(seen("203.0.113.5", "198.51.100.1", [])).toBe("203.0.113.5");
    expect(seen("127.0.0.1", "198.51.100.1", [])).toBe("127.0.0.1");
  });

  it("is the connection's where it is not a trusted proxy's", () => {
    expect(seen("203.0.113.5", "198.51.100.1")).toBe("203.0.113.5");
    expect(seen("192.0.2.8", "198.51.100.1")).toBe("192.0.2.8");
    expect(seen("2001:db8:2::1", "198.51.100.1")).toBe("2001:db8:2::1");
  });

  it("is what the trusted proxy says", () => {
    expect(seen("10.1.2.3", "198.51.100.1")).toBe("198.51.100.1");
    expect(seen("192.0.2.7", "198.51.100.1")).toBe("198.51.100.1");
    expect(seen("2001:db8:1:2::3", "2001:db8:2::1")).toBe("2001:db8:2::1");
  });

  it("is the first from the right that is not a proxy's: what stands left of it the client made up", () => {
    expect(seen("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2, 192.0.2.7")).toBe("198.51.100.1");
    expect(seen("10.0.0.1", "10.0.0.3, 198.51.100.1")).toBe("198.51.100.1");
  });

  it("is the furthest proxy where nobody else is named", () => {
    expect(seen("10.0.0.1", "10.0.0.3,10.0.0.2")).toBe("10.0.0.3");
    expect(seen("10.0.0.1")).toBe("10.0.0.1");
    expect(seen("10.0.0.1", "")).toBe("10.0.0.1");
  });

  it("is the nearest that is known where the header holds no address", () => {
    const nonsense = [
      "unknown",
      "_hidden",
      "256.1.1.1",
      "1.1.1.1.",
      "0x7f.1",
      "127.1",
      "010.0.0.1",
      "::g",
      "[::1",
      "%",
    ];
    for (const one of nonsense) expect(seen("10.0.0.1", `1.1.1.1, ${one}, 10.0.0.2`)).toBe("10.0.0.2");
    expect(seen("10.0.0.1", "1.1.1.1,,")).toBe("10.0.0.1");
  });

  it("has one form: IPv4 where it is mapped, shortest where it is IPv6, without port and zone", () => {
    expect(seen("::ffff:203.0.113.5", undefined)).toBe("203.0.113.5");
    expect(seen("::ffff:10.0.0.1", "::ffff:c633:6401")).toBe("198.51.100.1");
    expect(seen("10.0.0.1", "2001:0DB8:0000:0000:0000:0000:0000:0001")).toBe("2001:db8::1");
    expect(seen("10.0.0.1", "198.51.100.1:4711")).toBe("198.51.100.1");
    expect(seen("10.0.0.1", "[2001:db8::1]:4711")).toBe("2001:db8::1");
    expect(seen("fe80::1%eth0", undefined)).toBe("fe80::1");
  });

  it("is found in mapped ranges as well", () => {
    expect(seen("10.0.0.1", "198.51.100.1", trustedProxies(["::ffff:10.0.0.0/104"]))).toBe("198.51.100.1");
    expect(seen("::ffff:a00:1", "198.51.100.1", trustedProxies(["10.0.0.1"]))).toBe("198.51.100.1");
  });

  it("does not take a range of one family for one of the other", () => {
    expect(seen("203.0.113.5", "198.51.100.1", trustedProxies(["::/0"]))).toBe("203.0.113.5");
    expect(seen("2001:db8:1::1", "198.51.100.1", trustedProxies(["0.0.0.0/0"]))).toBe("2001:db8:1::1");
  });

  it("is unknown for a connection that is gone", () => {
    expect(seen(undefined, "198.51.100.1")).toBe("unknown");
  });

  it("follows so many hops at most", () => {
    const many = Array.from({ length: 5_000 }, () => "10.0.0.2").join(",");
    expect(seen("10.0.0.1", `198.51.100.1,${many}`)).toBe("10.0.0.2");
  });

  it("takes no time over an endless address", () => {
    const endless = "1:".repeat(500_000);
    expect(seen("10.0.0.1", endless)).toBe("10.0.0.1");
    expect(seen("10.0.0.1", `[${endless}`)).toBe("10.0.0.1");
  });

  it("never throws, and a stranger's header changes nothing", () => {
    const nearly = fc.string({ unit: fc.constantFrom(..."0123456789abcdef.,:[]% "), maxLength: 60 });
    const header = fc.oneof(fc.string({ unit: "binary" }), nearly);
    fc.assert(
      fc.property(header, (text) => {
        expect(seen("203.0.113.5", text)).toBe("203.0.113.5");
        expect(seen("10.0.0.1", text)).toMatch(/^[\da-f.:]+$/);
        expect(seen("10.0.0.1", `${text}, 198.51.100.1`)).toBe("198.51.100.1");
      }),
    );
  });

  it("is read of a real request, also where the header comes several times", async () => {
    const trusted = trustedProxies(["127.0.0.1", "10.0.0.0/8"]);
    const server = createServer((request, response) => response.end(clientAddress(request, trusted)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("No port.");
    const asking = send({ port: address.port, host: "127.0.0.1", agent: false });
    asking.setHeader("x-forwarded-for", ["1.1.1.1", "198.51.100.1, 10.0.0.2"]);
    asking.end();
    const [response] = await once(asking, "response");
    response.setEncoding("utf8");
    let body = "";
    for await (const part of response) body += part;
    server.close();
    expect(body).toBe("198.51.100.1");
  });
});

it("an entry of the list that is neither an address nor a range is refused", () => {
  for (const wrong of ["proxy.example.com", "10.0.0.0/33", ""]) {
    expect(() => trustedProxies([wrong])).toThrow();
  }
});

describe("an address as limits count it", () => {
  it("is the /64 of an IPv6 address: whoever has one of it has all", () => {
    expect(limitKey("2001:db8:1:2::1")).toBe("2001:db8:1:2::/64");
    expect(limitKey("2001:db8:1:2:ffff:ffff:ffff:ffff")).toBe(limitKey("2001:db8:1:2::1"));
    expect(limitKey("2001:db8:1:3::1")).not.toBe(limitKey("2001:db8:1:2::1"));
    expect(limitKey("::1")).toBe("::/64");
  });

  it("is everything else as it is", () => {
    for (const one of ["203.0.113.5", "127.0.0.1", "unknown"]) expect(limitKey(one)).toBe(one);
  });

  it("is that of all that the front door keeps by address", async () => {
    const identity = identityBy((token) => (token === "good" ? developmentViewer : null));
    const limits = { failuresPerAddress: 2 };
    const api = await startApi({ identity, limits, trustedProxies: ["127.0.0.1"] });
    const from = (address: string, authorization?: string) => ({
      "x-forwarded-for": address,
      ...(authorization === undefined ? {} : { authorization }),
    });
    const statusFrom = async (headers: Record<string, string>) =>
      (await postJson(api.url, { query: "{ __typename }" }, headers)).status;
    for (let n = 1; n <= 3; n += 1) expect(await statusFrom(from(`2001:db8:1:2::${n}`))).toBe(401);
    await vi.waitFor(async () =>
      expect(await statusFrom(from("2001:db8:1:2:a::1", "Bearer good"))).toBe(429),
    );
    expect(await statusFrom(from("2001:db8:1:3::1", "Bearer good"))).toBe(200);
    await api.close();
  });
});
