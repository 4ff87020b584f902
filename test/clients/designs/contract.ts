import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DesignSource } from "../../../src/core/ports/designs.ts";
import { documentOf } from "./documents.ts";

/** A source of designs under test, and where its designs are kept. */
export type Kept = {
  readonly source: DesignSource;
  /** Keeps a document under an id, replacing what was there. */
  keep(id: string, document: unknown): Promise<void>;
  release(): Promise<void>;
};

/** What the port promises, for every adapter. */
export function designSourceContract(name: string, open: () => Promise<Kept>): void {
  describe(`the design source contract: ${name}`, () => {
    let kept: Kept;
    beforeEach(async () => {
      kept = await open();
    });
    afterEach(async () => {
      await kept.source.close();
      await kept.release();
    });

    it("finds a design with its raw document", async () => {
      await kept.keep("one", documentOf("one", 3));
      expect(await kept.source.fetch("one", {})).toEqual({
        kind: "found",
        design: { id: "one", revision: 3, name: "Design one", document: documentOf("one", 3) },
      });
    });

    it("does not find what is not there, nor what cannot be an id", async () => {
      for (const id of ["none", "", "../one", "a/b", "..", "a\u0000b", "x".repeat(200), "%2e%2e"])
        expect(await kept.source.fetch(id, {})).toEqual({ kind: "not-found" });
    });

    it("gives a changed design as it now is", async () => {
      await kept.keep("one", documentOf("one", 1));
      await kept.source.fetch("one", {});
      await kept.keep("one", documentOf("one", 2));
      expect(await kept.source.fetch("one", {})).toMatchObject({ design: { revision: 2 } });
    });

    it("calls a document that is no design invalid, with its problems", async () => {
      await kept.keep("bad", { ...documentOf("bad"), nodes: 7 });
      expect(await kept.source.fetch("bad", {})).toMatchObject({
        kind: "invalid",
        problems: [{ code: "E-SCHEMA", path: "nodes" }],
      });
    });

    it("calls a design with another id than asked for invalid", async () => {
      await kept.keep("one", documentOf("two"));
      expect(await kept.source.fetch("one", {})).toMatchObject({
        kind: "invalid",
        problems: [{ code: "E-SCHEMA", path: "id" }],
      });
    });

    it("answers many in the order asked, also doubled, missing and broken ones", async () => {
      await kept.keep("a", documentOf("a"));
      await kept.keep("b", documentOf("b"));
      await kept.keep("bad", { ...documentOf("bad"), edges: null });
      const answers = await kept.source.fetchMany(["b", "none", "a", "bad", "../x", "b"], {});
      expect(answers.map(({ kind }) => kind)).toEqual([
        "found",
        "not-found",
        "found",
        "invalid",
        "not-found",
        "found",
      ]);
      expect(answers[0]).toMatchObject({ design: { id: "b" } });
      expect(answers[2]).toMatchObject({ design: { id: "a" } });
    });

    it("answers none for none", async () => {
      expect(await kept.source.fetchMany([], {})).toEqual([]);
    });

    it("answers more than one batch in order", async () => {
      const ids = Array.from({ length: 45 }, (_, n) => `d${n}`);
      for (const id of ids) await kept.keep(id, documentOf(id));
      const answers = await kept.source.fetchMany(ids, {});
      expect(answers.map((answer) => (answer.kind === "found" ? answer.design.id : answer.kind))).toEqual(
        ids,
      );
    });

    it("lists by id, ascending by code units, page by page", async () => {
      for (const id of ["b", "a", "c", "B", "a.1", "d"]) await kept.keep(id, documentOf(id));
      const pages: string[][] = [];
      let after: string | undefined;
      for (let more = true; more; ) {
        const page = await kept.source.list({ first: 2, ...(after === undefined ? {} : { after }) });
        if (page.kind !== "listed") throw new Error(page.reason);
        pages.push(page.designs.map(({ id }) => id));
        after = page.designs.at(-1)?.id;
        more = page.hasMore;
      }
      expect(pages).toEqual([
        ["B", "a"],
        ["a.1", "b"],
        ["c", "d"],
      ]);
    });

    it("leaves out of the list what is not even named", async () => {
      await kept.keep("a", documentOf("a"));
      await kept.keep("b", { id: "b" });
      expect(await kept.source.list({ first: 10 })).toMatchObject({
        kind: "listed",
        designs: [{ id: "a" }],
        hasMore: false,
      });
    });

    it("is unavailable to a request that was cancelled", async () => {
      await kept.keep("one", documentOf("one"));
      const options = { signal: AbortSignal.abort() };
      expect((await kept.source.fetch("one", options)).kind).toBe("unavailable");
      expect((await kept.source.list({ first: 1, ...options })).kind).toBe("unavailable");
      expect((await kept.source.fetchMany(["one"], options)).map(({ kind }) => kind)).toEqual([
        "unavailable",
      ]);
    });

    it("is unavailable after close, which may be called twice", async () => {
      await kept.source.close();
      await kept.source.close();
      expect((await kept.source.fetch("one", {})).kind).toBe("unavailable");
    });
  });
}
