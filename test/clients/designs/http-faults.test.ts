import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type HttpDesignsOptions, httpDesigns } from "../../../src/clients/designs/http.ts";
import type { DesignSource } from "../../../src/core/ports/designs.ts";
import { documentOf, silent } from "./documents.ts";
import { type FakeDesignService, fakeDesignService, json } from "./fake-design-service.ts";

/** Quick enough for tests: waits of a few milliseconds, one retry. */
const quick: HttpDesignsOptions = {
  retries: 1,
  backoffMs: 5,
  longestBackoffMs: 20,
  attemptMs: 2_000,
  overallMs: 4_000,
};

describe("a Design Service in trouble", () => {
  let service: FakeDesignService;
  let source: DesignSource;
  afterEach(async () => {
    await source.close();
    await service.close();
  });

  async function open(listener: Parameters<typeof fakeDesignService>[0], options: HttpDesignsOptions = {}) {
    service = await fakeDesignService(listener);
    source = httpDesigns(service.url, silent, { ...quick, ...options });
  }

  async function reason(): Promise<string> {
    const answer = await source.fetch("one", {});
    return answer.kind === "unavailable" ? answer.reason : answer.kind;
  }

  /** Answers with the given statuses in turn, then with the design. */
  function statuses(...list: [number, Record<string, string>?][]) {
    let at = 0;
    return ((_, response) => {
      const [status, headers] = list[at] ?? [200];
      at += 1;
      if (status === 200) json(response, documentOf("one"));
      else response.writeHead(status, headers).end("<html>");
    }) satisfies Parameters<typeof fakeDesignService>[0];
  }

  it.each([429, 502, 503, 504])("that answers %d is asked again", async (status) => {
    await open(statuses([status]));
    expect(await source.fetch("one", {})).toMatchObject({ kind: "found" });
    expect(service.requests).toHaveLength(2);
  });

  it.each([400, 500, 501])("that answers %d is not asked again", async (status) => {
    await open(statuses([status]));
    expect(await reason()).toBe(`the Design Service answered ${status}`);
    expect(service.requests).toHaveLength(1);
  });

  it("that goes on so is unavailable after the last retry", async () => {
    await open(statuses([503], [503], [503]));
    expect(await reason()).toBe("the Design Service answered 503");
    expect(service.requests).toHaveLength(2);
  });

  it("cannot make its callers wait longer than allowed, whatever Retry-After says", async () => {
    await open(statuses([429, { "retry-after": "86400" }]));
    expect(await source.fetch("one", {})).toMatchObject({ kind: "found" });
  });

  it("that never answers is given up at the deadline", async () => {
    await open(() => {}, { attemptMs: 50, overallMs: 2_000 });
    expect(await reason()).toBe("the Design Service gave no answer in time");
    expect(service.requests).toHaveLength(2);
  });

  it("that never answers is given up at the deadline of all attempts", async () => {
    await open(() => {}, { attemptMs: 60_000, overallMs: 60 });
    expect(await reason()).toBe("the Design Service gave no answer in time");
  });

  it("that never answers is left as soon as the caller cancels", async () => {
    await open(() => {});
    const controller = new AbortController();
    const asked = source.fetch("one", { signal: controller.signal });
    await expect.poll(() => service.requests.length).toBe(1);
    controller.abort();
    expect(await asked).toMatchObject({ kind: "unavailable", reason: expect.stringContaining("cancelled") });
    await expect.poll(() => service.connections()).toBe(0);
  });

  it("that drips its answer byte by byte is given up at the deadline", async () => {
    await open(
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => response.write(" "), 5);
        response.on("close", () => clearInterval(drip));
      },
      { attemptMs: 100, retries: 0 },
    );
    expect(await reason()).toBe("the Design Service gave no answer in time");
  });

  it.each(["application/json", "text/html", "application/problem+xml", ""])(
    "that answers garbage as %j is unavailable, and not asked again",
    async (type) => {
      await open((_, response) =>
        response.writeHead(200, type === "" ? {} : { "content-type": type }).end("<html>"),
      );
      expect(await reason()).toBe("the Design Service answered something that is not JSON");
      expect(service.requests).toHaveLength(1);
    },
  );

  it("that answers bytes which are not UTF-8 is unavailable", async () => {
    await open((_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(Buffer.from([0x22, 0xff, 0x22])),
    );
    expect(await reason()).toBe("the Design Service answered something that is not JSON");
  });

  it("that answers in an exotic charset or compressed is unavailable", async () => {
    await open((_, response) => json(response, {}, { "content-type": "application/json; charset=utf-7" }));
    expect(await reason()).toContain("charset");
    service.serve((_, response) => json(response, {}, { "content-encoding": "gzip" }));
    expect(await reason()).toContain("compressed");
  });

  it("that announces too large a body is cut before it sends it", async () => {
    await open((_, response) =>
      response
        .writeHead(200, { "content-type": "application/json", "content-length": "1000000000" })
        .flushHeaders(),
    );
    expect(await reason()).toBe("the Design Service answered more than 4194304 bytes");
    await expect.poll(() => service.connections()).toBe(0);
  });

  it("that sends without end is cut at the bound", async () => {
    let sent = 0;
    await open((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const chunk = Buffer.alloc(64 * 1024, " ");
      const pour = () => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      };
      response.on("drain", pour);
      pour();
    });
    expect(await reason()).toBe("the Design Service answered more than 4194304 bytes");
    await expect.poll(() => service.connections()).toBe(0);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it("is not followed to another address", async () => {
    let reached = false;
    const elsewhere = await fakeDesignService((_, response) => {
      reached = true;
      json(response, documentOf("one"));
    });
    await open((_, response) => response.writeHead(302, { location: elsewhere.url }).end());
    expect(await reason()).toBe("the Design Service answered with a redirect (302), which is not followed");
    expect(reached).toBe(false);
    await elsewhere.close();
  });

  it("that breaks its answer off is asked again", async () => {
    let first = true;
    await open((_, response) => {
      if (!first) {
        json(response, documentOf("one"));
        return;
      }
      first = false;
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write("{");
      response.socket?.destroy();
    });
    expect(await source.fetch("one", {})).toMatchObject({ kind: "found" });
  });

  it("that is not HTTP at all is unavailable", async () => {
    await open(() => {});
    const garbage = createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("SSH-2.0-x\r\n"),
    );
    await new Promise<void>((resolve) => garbage.listen(0, "127.0.0.1", resolve));
    const address = garbage.address();
    const other = httpDesigns(
      `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
      silent,
      quick,
    );
    expect(await other.fetch("one", {})).toMatchObject({
      kind: "unavailable",
      reason: expect.stringContaining("cannot be reached (HPE_"),
    });
    await other.close();
    await new Promise((resolve) => garbage.close(resolve));
  });

  it("that is not there is unavailable, and says so", async () => {
    await open(() => {});
    await service.close();
    expect(await reason()).toBe("the Design Service cannot be reached (ECONNREFUSED)");
    expect((await source.list({ first: 1 })).kind).toBe("unavailable");
    expect((await source.fetchMany(["a"], {}))[0]?.kind).toBe("unavailable");
  });

  it("cannot be made to send a header that is none", async () => {
    await open(() => {});
    expect(await source.fetch("one", { authorization: "Bearer a\r\nx: y" })).toEqual({
      kind: "unavailable",
      reason: "the Design Service cannot be sent this request (ERR_INVALID_CHAR)",
    });
    expect(service.requests).toEqual([]);
  });
});

describe("the circuit", () => {
  let service: FakeDesignService;
  let source: DesignSource;
  afterEach(async () => {
    await source.close();
    await service.close();
  });

  const kinds = async (times: number) => {
    const seen: string[] = [];
    for (let n = 0; n < times; n += 1) seen.push((await source.fetch("one", {})).kind);
    return seen;
  };

  it("opens after failures in a row, asks nothing while open, and closes when the service is back", async () => {
    service = await fakeDesignService((_, response) => response.writeHead(500).end());
    source = httpDesigns(service.url, silent, { ...quick, failuresToOpen: 3, openMs: 200 });
    expect(await kinds(3)).toEqual(["unavailable", "unavailable", "unavailable"]);
    expect(service.requests).toHaveLength(3);
    expect(await source.fetch("one", {})).toEqual({
      kind: "unavailable",
      reason: "the Design Service has failed repeatedly, and is asked again in a few seconds",
    });
    expect(service.requests).toHaveLength(3);
    service.serve((_, response) => json(response, documentOf("one")));
    await expect.poll(() => source.fetch("one", {}).then(({ kind }) => kind)).toBe("found");
    expect(await kinds(3)).toEqual(["found", "found", "found"]);
  });

  it("stays closed for what is the caller's or one answer's own fault", async () => {
    const listeners = [
      (response: Parameters<typeof json>[0]) => response.writeHead(404).end(),
      (response: Parameters<typeof json>[0]) => response.writeHead(403).end(),
      (response: Parameters<typeof json>[0]) => json(response, { not: "a design" }),
      (response: Parameters<typeof json>[0]) => response.writeHead(200).end("<html>"),
    ];
    let at = 0;
    service = await fakeDesignService((_, response) => listeners[at++ % listeners.length]?.(response));
    source = httpDesigns(service.url, silent, { ...quick, failuresToOpen: 2, openMs: 60_000 });
    await kinds(8);
    expect(service.requests).toHaveLength(8);
  });

  it("stays closed for callers who do not wait", async () => {
    service = await fakeDesignService(() => {});
    source = httpDesigns(service.url, silent, {
      ...quick,
      attemptMs: 60_000,
      failuresToOpen: 2,
      openMs: 60_000,
    });
    for (let n = 0; n < 4; n += 1) {
      const controller = new AbortController();
      const asked = source.fetch("one", { signal: controller.signal });
      await expect.poll(() => service.requests.length).toBe(n + 1);
      controller.abort();
      await asked;
    }
    service.serve((_, response) => json(response, documentOf("one")));
    expect(await source.fetch("one", {})).toMatchObject({ kind: "found" });
  });
});
