import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileDesigns } from "../../../src/clients/designs/files.ts";
import type { DesignSource } from "../../../src/core/ports/designs.ts";
import { designSourceContract } from "./contract.ts";
import { documentOf, silent } from "./documents.ts";

designSourceContract("files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "designs-"));
  return {
    source: fileDesigns(folder, silent),
    keep: (id, document) => writeFile(join(folder, `${id}.json`), JSON.stringify(document)),
    release: () => rm(folder, { recursive: true }),
  };
});

describe("design files", () => {
  let folder: string;
  let source: DesignSource;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "designs-"));
    source = fileDesigns(folder, silent);
  });
  afterEach(async () => {
    await source.close();
    await rm(folder, { recursive: true });
  });
  const put = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);

  it("never leave their folder", async () => {
    await mkdir(join(folder, "inside"));
    await writeFile(join(folder, "outside.json"), JSON.stringify(documentOf("outside")));
    const inner = fileDesigns(join(folder, "inside"), silent);
    for (const id of ["../outside", "..%2foutside", "/etc/passwd", "..\\outside"])
      expect(await inner.fetch(id, {})).toEqual({ kind: "not-found" });
    await inner.close();
  });

  it("that are not JSON, or not UTF-8, are invalid and harm no other", async () => {
    await put("broken.json", "{");
    await put("latin.json", Buffer.from([0x22, 0xe9, 0x22]));
    await put("good.json", JSON.stringify(documentOf("good")));
    expect(await source.fetch("broken", {})).toMatchObject({
      kind: "invalid",
      problems: [{ message: expect.stringContaining("not JSON") }],
    });
    expect(await source.fetch("latin", {})).toMatchObject({
      kind: "invalid",
      problems: [{ message: expect.stringContaining("UTF-8") }],
    });
    expect(await source.list({ first: 10 })).toMatchObject({ designs: [{ id: "good" }], hasMore: false });
  });

  it("that are too large are invalid, and not read", async () => {
    await put("large.json", Buffer.alloc(4 * 1024 * 1024 + 1, " "));
    expect(await source.fetch("large", {})).toMatchObject({
      kind: "invalid",
      problems: [{ message: expect.stringContaining("smaller") }],
    });
  });

  it("are read again when they change, even within the same millisecond and size", async () => {
    await put("one.json", JSON.stringify(documentOf("one", 1)));
    expect(await source.fetch("one", {})).toMatchObject({ design: { revision: 1 } });
    const { atime, mtime } = await stat(join(folder, "one.json"));
    await put("one.json", JSON.stringify(documentOf("one", 2)));
    await utimes(join(folder, "one.json"), atime, mtime);
    expect(await source.fetch("one", {})).toMatchObject({ design: { revision: 2 } });
  });

  it("are gone when they are removed", async () => {
    await put("one.json", JSON.stringify(documentOf("one")));
    await source.fetch("one", {});
    await rm(join(folder, "one.json"));
    expect(await source.fetch("one", {})).toEqual({ kind: "not-found" });
  });

  it("do not count the schema and folders among them", async () => {
    await put("design.schema.json", "{}");
    await mkdir(join(folder, "dir.json"));
    expect(await source.fetch("design.schema", {})).toEqual({ kind: "not-found" });
    expect(await source.fetch("dir", {})).toEqual({ kind: "not-found" });
    expect(await source.list({ first: 10 })).toEqual({ kind: "listed", designs: [], hasMore: false });
  });

  it("of a folder that is not there cannot be listed, and say why", async () => {
    const nowhere = fileDesigns(join(folder, "nowhere"), silent);
    expect(await nowhere.list({ first: 1 })).toEqual({
      kind: "unavailable",
      reason: "the folder of designs cannot be read (ENOENT)",
    });
    expect(await nowhere.fetch("one", {})).toEqual({ kind: "not-found" });
    await nowhere.close();
  });
});
