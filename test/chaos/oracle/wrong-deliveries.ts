// Histories in which one thing is wrong with what was started, stored and delivered (I1 to I8).
import { follow } from "./clean-story.ts";
import type { Story } from "./story.ts";
import type { Wrong } from "./wrong.ts";

export const state = (stream: string, simulation: string, said: "LIVE" | "GAP", seq: number) =>
  ({ kind: "stream-state", stream, simulation, state: said, seq, reason: null }) as const;

export const wrongDeliveries: readonly Wrong[] = [
  [
    "I1",
    "lost",
    "a start that was accepted is not there",
    (story) => {
      story.rows.delete("D");
      story.events.splice(story.events.indexOf(story.event("D", 1)), 1);
      story.end.counted = [];
    },
  ],
  [
    "I2",
    "doubled",
    "one key has made two",
    (story) => {
      story.rows.set("A2", { ...story.row("A"), id: "A2" });
      for (const event of story.events.filter(({ simulation }) => simulation === "A")) {
        story.events.push({ ...event, simulation: "A2" });
      }
    },
  ],
  [
    "I2",
    "doubled",
    "a start that was sent again has lost its key",
    (story) => {
      story.rows.set("D2", { ...story.row("D"), id: "D2", key: null });
      story.events.push({ ...story.event("D", 1), simulation: "D2" });
      story.end.counted = [];
    },
  ],
  [
    "I3",
    "changed",
    "a subscriber saw another end",
    (story) => {
      follow(story, "carol", "s9", "B", 0);
      story.see("carol", "s9", "B", 1, 2, 3, 4);
      story.tell("carol", { kind: "closed", stream: "s9", code: 1006 });
      story.tell("carol", { kind: "looked", simulation: "B", status: "FAILED" });
    },
  ],
  [
    "I3",
    "changed",
    "what had ended is under way again",
    (story) => story.tell("carol", { kind: "looked", simulation: "B", status: "RUNNING" }),
  ],
  [
    "I4",
    "doubled",
    "an event comes twice",
    (story) => after(story, "s1", 5, () => story.see("alice", "s1", "A", 4)),
  ],
  [
    "I4",
    "doubled",
    "a resumed stream begins too early",
    (story) => {
      follow(story, "alice", "s9", "A", 7);
      story.see("alice", "s9", "A", 7, 8);
    },
  ],
  [
    "I4",
    "out of order",
    "a stream says that it stands where it has been before",
    (story) => after(story, "s1", 5, () => story.tell("alice", state("s1", "A", "LIVE", 4))),
  ],
  ["I5", "lost", "an event is left out", (story) => without(story, "s1", 2)],
  ["I5", "lost", "the first event after a resume is left out", (story) => without(story, "s2", 6)],
  ["I5", "lost", "a stream completes without the last event", (story) => without(story, "s2", 8)],
  [
    "I5",
    "lost",
    "a stream completes although the simulation goes on",
    (story) => {
      follow(story, "carol", "s9", "C", 0);
      story.see("carol", "s9", "C", 1, 2, 3);
      story.tell("carol", { kind: "completed", stream: "s9" });
    },
  ],
  [
    "I5",
    "lost",
    "a stream is live beyond what it brought",
    (story) => {
      follow(story, "carol", "s9", "C", 1);
      story.tell("carol", state("s9", "C", "LIVE", 3));
    },
  ],
  [
    "I5",
    "lost",
    "a stream gives up what is stored",
    (story) => {
      follow(story, "carol", "s9", "C", 0);
      story.tell("carol", state("s9", "C", "GAP", 2));
    },
  ],
  [
    "I5",
    "lost",
    "a client is told that what it has seen is not there yet",
    (story) => {
      follow(story, "carol", "s9", "C", 3);
      story.tell("carol", { kind: "closed", stream: "s9", code: "CURSOR_OUT_OF_RANGE" });
    },
  ],
  [
    "I5",
    "lost",
    "the log ends before the row says so",
    (story) => {
      story.row("C").lastSeq = 4;
    },
  ],
  [
    "I5",
    "lost",
    "an event of the engine was never stored",
    (story) => {
      story.event("A", 7).engineSeq = 4;
    },
  ],
  [
    "I5",
    "lost",
    "the log has become shorter",
    (story) => story.tell("carol", { kind: "looked", simulation: "C", status: "RUNNING", lastSeq: 9 }),
  ],
  [
    "I6",
    "out of order",
    "the log goes on after the end",
    (story) => {
      story.events.push({ ...story.event("B", 4), seq: 6, type: "LOG_EMITTED", status: null });
      story.row("B").lastSeq = 6;
    },
  ],
  [
    "I6",
    "out of order",
    "a stream is live after the end",
    (story) => after(story, "s2", 8, () => story.tell("alice", state("s2", "A", "LIVE", 8))),
  ],
  [
    "I7",
    "changed",
    "two subscribers see another content",
    (story) => {
      story.event("A", 7).own = null;
      story.seen("s3", 7).own = "other";
    },
  ],
  [
    "I8",
    "never stored",
    "an event was seen that is not there",
    (story) => {
      follow(story, "carol", "s9", "C", 3);
      story.see("carol", "s9", "C", 3);
      const last = story.history.at(-1);
      if (last?.kind === "event")
        story.history.splice(-1, 1, { ...last, seq: 4, type: "LOG_EMITTED", status: null });
    },
  ],
  [
    "I8",
    "never stored",
    "what was seen is stored otherwise",
    (story) => {
      story.event("A", 4).own = "other";
    },
  ],
];

/** What `tell` says belongs after that delivery. */
function after(story: Story, stream: string, seq: number, tell: () => void): void {
  const at = story.history.indexOf(story.seen(stream, seq)) + 1;
  tell();
  const last = story.history.pop();
  if (last !== undefined) story.history.splice(at, 0, last);
}

function without(story: Story, stream: string, seq: number): void {
  story.history.splice(story.history.indexOf(story.seen(stream, seq)), 1);
}
