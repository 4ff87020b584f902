import { afterEach, describe, expect, it } from "vitest";
import { type HttpDesignsOptions, httpDesigns } from "../../../src/clients/designs/http.ts";
import type { DesignSource } from "../../../src/core/ports/designs.ts";
import { designSourceContract } from "./contract.ts";
import { documentOf, silent } from "./documents.ts";
import { type FakeDesignService, fakeDesignService, json, serving } from "./fake-design-service.ts";

for (const shape of ["array", "object"] as const) {
  designSourceContract(`HTTP, several as an ${shape}`, async () => {
    const documents = new Map<string, unknown>();
    const service = await fakeDesignService(serving(documents, shape));
    return {
      source: httpDesigns(service.url, silent),
      keep: async (id, document) => void documents.set(id, document),
      release: () => service.close(),
    };
  });
}

describe("a Design Service over HTTP", () => {
  let service: FakeDesignService;
  let source: DesignSource;
  afterEach(async () => {
    await source.close();
    await service.close();
  });

  async function open(
    listener: Parameters<typeof fakeDesignService>[0],
    options: HttpDesignsOptions = {},
    path = "",
  ) {
    service = await fakeDesignService(listener);
    source = httpDesigns(service.url + path, silent, options);
  }

  it("is asked with the caller's own token, else with the service's", async () => {
    await open(serving(new Map()), { authorization: "Bearer own" });
    await source.fetch("one", { userId: "ann", authorization: "Bearer caller" });
    await source.fetch("one", { userId: "Änn\r\nx: y\ud800" });
    await source.fetch("one", {});
    expect(service.requests.map(({ authorization, onBehalfOf }) => [authorization, onBehalfOf])).toEqual([
      ["Bearer caller", undefined],
      ["Bearer own", "%C3%84nn%0D%0Ax%3A%20y%EF%BF%BD"],
      ["Bearer own", undefined],
    ]);
  });

  it("is not told for whom it is asked where nobody vouches for that", async () => {
    await open(serving(new Map()));
    await source.fetch("one", { userId: "ann" });
    expect(service.requests).toMatchObject([{ authorization: undefined, onBehalfOf: undefined }]);
  });

  it("is asked with the user and password of its URL, which are shown nowhere", async () => {
    service = await fakeDesignService((_, response) => response.writeHead(500).end());
    source = httpDesigns(service.url.replace("http://", "http://user:p%40ss@"), silent);
    const answer = await source.fetch("one", {});
    expect(service.requests[0]?.authorization).toBe(`Basic ${Buffer.from("user:p@ss").toString("base64")}`);
    expect(answer).toEqual({ kind: "unavailable", reason: "the Design Service answered 500" });
  });

  it("may live under a path", async () => {
    await open(serving(new Map()), {}, "/api/v2");
    await source.fetch("one", {});
    await source.list({ first: 5, after: "a" });
    await source.fetchMany(["a", "b"], {});
    expect(service.requests.map(({ url }) => url).slice(0, 3)).toEqual([
      "/api/v2/designs/one",
      "/api/v2/designs?first=6&after=a",
      "/api/v2/designs?ids=a,b",
    ]);
  });

  it.each([401, 403, 404, 410])("that answers %d has no such design for the caller", async (status) => {
    await open((_, response) => response.writeHead(status).end());
    expect(await source.fetch("one", {})).toEqual({ kind: "not-found" });
    expect(service.requests).toHaveLength(1);
  });

  it("that cannot be asked for several is asked for each", async () => {
    const documents = new Map([["a", documentOf("a")]]);
    await open((request, response) => {
      if (request.url?.includes("ids=")) response.writeHead(404).end();
      else serving(documents)(request, response);
    });
    expect((await source.fetchMany(["a", "b"], {})).map(({ kind }) => kind)).toEqual(["found", "not-found"]);
  });

  it("that answers something else than a list is unavailable", async () => {
    await open((_, response) => json(response, { items: [] }));
    const reason = "the Design Service answered something that is not a list of designs";
    expect(await source.list({ first: 1 })).toEqual({ kind: "unavailable", reason });
    expect(await source.fetchMany(["a"], {})).toEqual([{ kind: "unavailable", reason }]);
  });

  it("that pages by itself is believed when it says that there is more", async () => {
    await open((_, response) => json(response, { designs: [documentOf("a")], hasMore: true }));
    expect(await source.list({ first: 5 })).toMatchObject({ designs: [{ id: "a" }], hasMore: true });
  });

  it("cannot put designs into a list twice, out of order, or before the page", async () => {
    await open((_, response) =>
      json(
        response,
        ["c", "a", "b", "c"].map((id) => documentOf(id)),
      ),
    );
    const page = await source.list({ first: 5, after: "a" });
    expect(page.kind === "listed" && page.designs.map(({ id }) => id)).toEqual(["b", "c"]);
  });

  it("has at most so many requests under way as are allowed", async () => {
    let now = 0;
    let most = 0;
    await open(
      (request, response) => {
        now += 1;
        most = Math.max(most, now);
        setImmediate(() => {
          now -= 1;
          serving(new Map([["a", documentOf("a")]]))(request, response);
        });
      },
      { concurrency: 2 },
    );
    const answers = await Promise.all(Array.from({ length: 20 }, () => source.fetch("a", {})));
    expect(answers.every(({ kind }) => kind === "found")).toBe(true);
    expect(most).toBeLessThanOrEqual(2);
  });

  it("has a bounded number of requests waiting", async () => {
    await open(() => {}, { concurrency: 1, waiting: 1, overallMs: 300 });
    const reasons = (await Promise.all([1, 2, 3].map(() => source.fetch("a", {})))).map((answer) =>
      answer.kind === "unavailable" ? answer.reason : "",
    );
    expect(reasons).toContain("the Design Service has too many requests waiting");
  });

  it("is left by every socket on close, also in the middle of a request", async () => {
    await open(() => {});
    const asked = source.fetch("one", {});
    await expect.poll(() => service.requests.length).toBe(1);
    await source.close();
    expect((await asked).kind).toBe("unavailable");
    await expect.poll(() => service.connections()).toBe(0);
  });
});
