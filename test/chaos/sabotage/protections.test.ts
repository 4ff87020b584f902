// The sabotage still fits the service; what the oracle makes of it is shown by `main.ts` beside it.
import { describe, expect, it } from "vitest";
import { edited, sourceOf } from "./copy.ts";
import { protections } from "./protections.ts";

describe.each(protections)("without $name", ({ edits }) => {
  it.each(edits)("$file is changed in one place", (edit) => {
    const source = sourceOf(edit.file);
    expect(edited(source, edit)).not.toBe(source);
  });
});
