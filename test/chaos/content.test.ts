import { describe, expect, it } from "vitest";
import type { EventBody } from "../../src/core/events.ts";
import { contentOf, type StoredEvent, typeNamed } from "./content.ts";
import { hashOf } from "./history.ts";

const at = new Date("2026-11-01T12:00:00.123Z");
const place = { seq: 7, at: "2026-11-01T12:00:00.123Z", simulatedTime: 1.25 };

function stored(body: EventBody): StoredEvent {
  return { seq: 7, type: body.type, at, simulated_time: 1.25, body: { ...body } };
}

const status: EventBody = {
  type: "STATUS_CHANGED",
  status: "RUNNING",
  previousStatus: "STARTING",
  desiredStatus: "RUNNING",
  reason: null,
};

// As the API answers.
const seen = {
  ...place,
  status: "RUNNING",
  previousStatus: "STARTING",
  desiredStatus: "RUNNING",
  reason: null,
};

describe("the content of an event", () => {
  it("is the same where a client saw what is stored", () => {
    expect(contentOf(stored(status))).toBe(hashOf(seen));
    const attempt = { type: "ATTEMPT_STARTED", attempt: 2, reason: "lost", replay: true } as const;
    expect(contentOf(stored(attempt))).toBe(hashOf({ ...place, attempt: 2, reason: "lost", replay: true }));
  });

  it.each([
    { ...seen, status: "PAUSED" },
    { ...seen, previousStatus: "QUEUED" },
    { ...seen, desiredStatus: "STOPPED" },
    { ...seen, reason: "why" },
    { ...seen, simulatedTime: 1.26 },
    { ...seen, at: "2026-11-01T12:00:00.124Z" },
    { ...seen, seq: 8 },
  ])("is another where a client saw %j", (other) => {
    expect(contentOf(stored(status))).not.toBe(hashOf(other));
  });

  it("is of no type but those of a log", () => {
    expect(typeNamed("LogEmitted")).toBe("LOG_EMITTED");
    expect(() => typeNamed("StreamStateChanged")).toThrow("no event");
  });
});
