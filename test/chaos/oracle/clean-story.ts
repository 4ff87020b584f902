// Alice runs a simulation across two attempts and two replicas, Bob of her project follows, Carol stops one.
import { emptyStory, type Story, stored } from "./story.ts";

const alice = { user: "alice", project: "p1" };
const carol = { user: "carol", project: "p2" };

export function cleanStory(): Story {
  const story = emptyStory();
  stored(story, { id: "A", ...alice, key: "k1", desired: "RUNNING", token: 3, attempt: 2 }, [
    "QUEUED",
    "STARTING",
    "RUNNING",
    1,
    2,
    "attempt",
    3,
    "COMPLETED",
  ]);
  stored(story, { id: "B", ...carol, key: null, desired: "STOPPED", token: 1, attempt: 1 }, [
    "QUEUED",
    "STARTING",
    "RUNNING",
    "RUNNING",
    "STOPPED",
  ]);
  stored(story, { id: "C", ...carol, key: "k1", desired: "RUNNING", token: 1, attempt: 2 }, [
    "QUEUED",
    "STARTING",
    "RUNNING",
  ]);
  stored(story, { id: "D", ...alice, key: "k2", desired: "RUNNING", token: 0, attempt: 0 }, ["QUEUED"]);

  story.tell("alice", { kind: "joined", user: "alice", projects: [], admin: false });
  story.tell("bob", { kind: "joined", user: "bob", projects: ["p1"], admin: false });
  story.tell("carol", { kind: "joined", user: "carol", projects: ["p2"], admin: false });

  start(story, "alice", "a1", "k1", null);
  start(story, "alice", "a2", "k1", "A");
  start(story, "alice", "a3", "k2", "D");
  start(story, "carol", "c1", null, "B");
  start(story, "carol", "c2", "k1", "C");

  follow(story, "alice", "s1", "A", 0);
  story.see("alice", "s1", "A", 1, 2, 3);
  story.tell("alice", {
    kind: "stream-state",
    stream: "s1",
    simulation: "A",
    state: "LIVE",
    seq: 3,
    reason: null,
  });
  story.tell("suite", { kind: "fault", what: "replica killed", target: "r1", phase: "begins" });
  story.see("alice", "s1", "A", 4, 5);
  story.tell("alice", { kind: "closed", stream: "s1", code: 1006 });
  story.tell("suite", { kind: "fault", what: "replica killed", target: "r1", phase: "ends" });
  follow(story, "alice", "s2", "A", 5);
  story.see("alice", "s2", "A", 6, 7, 8);
  story.tell("alice", { kind: "completed", stream: "s2" });

  follow(story, "bob", "s3", "A", null);
  story.see("bob", "s3", "A", 3, 4);
  story.tell("bob", {
    kind: "stream-state",
    stream: "s3",
    simulation: "A",
    state: "LIVE",
    seq: 5,
    reason: null,
  });
  story.see("bob", "s3", "A", 6, 7, 8);
  story.tell("bob", { kind: "completed", stream: "s3" });

  story.tell("carol", { kind: "intent-asked", call: "c3", simulation: "B", intent: "stop", speed: null });
  const answer = { kind: "accepted", status: "RUNNING", desired: "STOPPED" } as const;
  story.tell("carol", { kind: "intent-answered", call: "c3", outcome: answer });
  story.tell("carol", {
    kind: "looked",
    simulation: "B",
    status: "STOPPED",
    lastSeq: 5,
    attempt: 1,
    token: 1,
  });
  story.tell("suite", { kind: "calm" });

  const call = "start";
  story.calls.push(
    { engine: "e1/1", simulation: "A", attempt: 1, token: 2, call, at: 502 },
    { engine: "e1/1", simulation: "B", attempt: 1, token: 1, call, at: 502 },
    { engine: "e1/1", simulation: "C", attempt: 2, token: 1, call, at: 502 },
    { engine: "e1/1", simulation: "A", attempt: 2, token: 3, call, at: 505 },
  );
  story.ends.push(
    { engine: "e1/1", simulation: "A", attempt: 1, how: "superseded", at: 505 },
    { engine: "e1/1", simulation: "A", attempt: 2, how: "completed", at: 508 },
    { engine: "e1/1", simulation: "B", attempt: 1, how: "stopped", at: 505 },
  );
  story.issued.push(
    { simulation: "A", token: 2, at: 501 },
    { simulation: "A", token: 3, at: 504 },
    { simulation: "B", token: 1, at: 501 },
    { simulation: "C", token: 1, at: 501 },
  );
  story.runs.push(
    { engine: "e1", simulation: "A", attempt: 2, token: 3, state: "COMPLETED" },
    { engine: "e1", simulation: "C", attempt: 2, token: 1, state: "RUNNING" },
  );
  story.end.counted = [
    { scope: "total", of: "", counted: 1, limit: 2 },
    { scope: "project", of: "p2", counted: 1, limit: 1 },
    { scope: "queued", of: "alice", counted: 1, limit: 5 },
  ];
  story.end.observed = [{ scope: "user", of: "carol", most: 2, limit: 2 }];
  story.end.remainders = [{ where: "r2", what: "sockets", count: 0 }];
  return story;
}

function start(
  story: Story,
  client: string,
  call: string,
  key: string | null,
  simulation: string | null,
): void {
  const { user, project } = client === "alice" ? alice : carol;
  story.tell(client, { kind: "start-asked", call, key, user, project, design: "mm1" });
  const outcome =
    simulation === null
      ? ({ kind: "unknown", reason: "the socket was reset" } as const)
      : ({ kind: "accepted", simulation } as const);
  story.tell(client, { kind: "start-answered", call, outcome });
}

export function follow(
  story: Story,
  client: string,
  stream: string,
  simulation: string,
  after: number | null,
): void {
  const all = { types: null, maxRate: null };
  story.tell(client, { kind: "subscribed", stream, simulation, after, replica: "r1", ...all });
}
