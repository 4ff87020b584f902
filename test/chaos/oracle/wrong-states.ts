// Histories in which one thing is wrong with who wrote, and with where everything stands at the end (I9 to I16).
import { follow } from "./clean-story.ts";
import type { Wrong } from "./wrong.ts";

const pause = { engine: "e1/1", attempt: 2, call: "pause" } as const;

export const wrongStates: readonly Wrong[] = [
  [
    "I9",
    "stale write",
    "an older owner has written",
    (story) => {
      story.event("A", 4).token = 3;
      story.event("A", 7).token = 2;
    },
  ],
  [
    "I9",
    "stale write",
    "an engine has taken a call of an older owner",
    (story) => story.calls.push({ ...pause, simulation: "A", token: 2, at: 506 }),
  ],
  [
    "I9",
    "stale write",
    "an engine has taken a token that nobody was given",
    (story) => story.calls.push({ ...pause, simulation: "C", token: 9, at: 506 }),
  ],
  [
    "I9",
    "stale write",
    "an engine has taken a token before it was given",
    (story) => {
      story.row("C").token = 2;
      story.issued.push({ simulation: "C", token: 2, at: 900 });
      story.calls.push({ ...pause, simulation: "C", token: 2, at: 506 });
    },
  ],
  [
    "I9",
    "stale write",
    "the token of a row goes back",
    (story) => {
      story.tell("suite", { kind: "looked", simulation: "A", status: "COMPLETED", token: 4 });
      story.tell("suite", { kind: "looked", simulation: "A", status: "COMPLETED", token: 3 });
    },
  ],
  [
    "I10",
    "stale write",
    "an event of a superseded attempt is stored",
    (story) => {
      story.event("A", 7).attempt = 1;
    },
  ],
  [
    "I10",
    "stale write",
    "an engine event is stored twice",
    (story) => {
      story.event("A", 7).engineSeq = 2;
    },
  ],
  [
    "I10",
    "left over",
    "a superseded run goes on",
    (story) => story.runs.push({ engine: "e2", simulation: "C", attempt: 1, token: 1, state: "RUNNING" }),
  ],
  [
    "I10",
    "left over",
    "a superseded run has no end, and its engine lives",
    (story) => story.ends.splice(0, 1),
  ],
  [
    "I10",
    "left over",
    "a superseded run ends too late",
    (story) => {
      const [one] = story.ends.splice(0, 1);
      if (one !== undefined) story.ends.push({ ...one, at: 60_000 });
    },
  ],
  [
    "I10",
    "left over",
    "a superseded run is followed long after",
    (story) => {
      story.calls.push({ ...pause, simulation: "A", attempt: 1, token: 3, call: "subscribe", at: 60_000 });
    },
  ],
  [
    "I10",
    "doubled",
    "one attempt runs on two engines",
    (story) => {
      story.calls.push({ ...pause, engine: "e2/1", simulation: "C", token: 1, call: "start", at: 600 });
    },
  ],
  [
    "I11",
    "left over",
    "a run ends long after its simulation",
    (story) => {
      const [one] = story.ends.splice(1, 1);
      if (one !== undefined) story.ends.push({ ...one, at: 60_000 });
    },
  ],
  [
    "I11",
    "left over",
    "an engine is asked long after the end",
    (story) => story.calls.push({ ...pause, simulation: "A", token: 3, at: 60_000 }),
  ],
  ["I12", "left over", "a simulation is stopped, and its run never was", (story) => story.ends.splice(2, 1)],
  [
    "I11",
    "left over",
    "a simulation that has ended has a run",
    (story) => story.runs.push({ engine: "e2", simulation: "A", attempt: 2, token: 1, state: "PAUSED" }),
  ],
  [
    "I11",
    "left over",
    "a run is of no simulation",
    (story) => story.runs.push({ engine: "e2", simulation: "Z", attempt: 1, token: 1, state: "RUNNING" }),
  ],
  [
    "I12",
    "stuck",
    "a stop was acknowledged and came to nothing",
    (story) => {
      story.row("C").desired = "STOPPED";
      story.tell("carol", { kind: "intent-asked", call: "c9", simulation: "C", intent: "stop", speed: null });
      const outcome = { kind: "accepted", status: "RUNNING", desired: "STOPPED" } as const;
      story.tell("carol", { kind: "intent-answered", call: "c9", outcome });
    },
  ],
  [
    "I13",
    "disclosed",
    "one sees what is another's",
    (story) => {
      follow(story, "bob", "s9", "C", 0);
      story.see("bob", "s9", "C", 1, 2);
    },
  ],
  [
    "I13",
    "disclosed",
    "one commands what is another's",
    (story) => {
      story.tell("bob", { kind: "intent-asked", call: "b1", simulation: "C", intent: "pause", speed: null });
      const outcome = { kind: "accepted", status: "RUNNING", desired: "PAUSED" } as const;
      story.tell("bob", { kind: "intent-answered", call: "b1", outcome });
    },
  ],
  [
    "I14",
    "left over",
    "sockets are left",
    (story) => {
      story.end.remainders = [{ where: "r1", what: "sockets", count: 2 }];
    },
  ],
  [
    "I15",
    "miscounted",
    "a count has leaked",
    (story) => {
      story.end.counted = [{ scope: "user", of: "carol", counted: 3, limit: 5 }];
    },
  ],
  [
    "I15",
    "miscounted",
    "more run than may",
    (story) => {
      story.end.counted = [{ scope: "engine", of: "e1", counted: null, limit: 0 }];
    },
  ],
  [
    "I15",
    "miscounted",
    "more ran at one moment than may",
    (story) => {
      story.end.observed = [{ scope: "project", of: "p1", most: 3, limit: 2 }];
    },
  ],
  [
    "I16",
    "stuck",
    "a pause was asked for and never came",
    (story) => {
      story.row("C").desired = "PAUSED";
    },
  ],
  [
    "I16",
    "stuck",
    "one waits and nobody says what for",
    (story) => {
      story.row("D").waiting = null;
    },
  ],
  [
    "I16",
    "stuck",
    "nothing is known of one any more",
    (story) => {
      story.row("C").stale = "The engine is lost.";
    },
  ],
  [
    "I16",
    "stuck",
    "a stop took more than 30 s after the last fault",
    (story) => {
      story.row("B").endedAt = 40_000;
    },
  ],
];
