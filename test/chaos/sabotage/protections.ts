// The protections that can be switched off in a copy of the service, each by changes of its text, to see that the
// oracle notices. Most things are protected more than once: then all of it is switched off together.
import type { ProfileName } from "../profiles.ts";

export interface Edit {
  /** Below src/. */
  readonly file: string;
  /** Must be there exactly once. */
  readonly text: string;
  readonly without: string;
}

export interface Protection {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly profile: ProfileName;
  readonly rounds: number;
  /** Of these invariants at least one must be found violated. */
  readonly breaks: readonly string[];
}

export const protections: readonly Protection[] = [
  {
    name: "fencing",
    edits: [
      {
        file: "postgres/pending-change.ts",
        text: 'return owner === guard.owner && fencingToken === guard.token ? null : "fenced";',
        without: 'return owner === guard.owner || fencingToken >= guard.token ? null : "fenced";',
      },
      { file: "engine/fences.ts", text: "if (token < fence.token) {", without: "if (token < 0) {" },
      {
        file: "orchestrator/owner/ownership.ts",
        text: "for (const { abort } of driven) abort.abort(reason);",
        without: "void driven, reason;",
      },
    ],
    profile: "short-freezes",
    rounds: 3,
    breaks: ["I9"],
  },
  {
    name: "commit before publish",
    edits: [
      {
        file: "postgres/change.ts",
        text: "    sent();\n",
        without: `    for (const change of pending) change.settle(at);
    await new Promise((resolve) => setTimeout(resolve, 200));
`,
      },
      {
        file: "postgres/group-commit.ts",
        text: "const again = await this.#settle(calls, optimistically);",
        without: `for (const call of calls) call.settle(new Date());
    await new Promise((resolve) => setTimeout(resolve, 200));
    const again = await this.#settle(calls, optimistically);`,
      },
    ],
    profile: "short-kills",
    rounds: 4,
    breaks: ["I7", "I8"],
  },
  {
    name: "terminal stays",
    edits: [
      {
        file: "postgres/apply.ts",
        text: "assertTerminalStays(before.simulation, change);",
        without: "void assertTerminalStays;",
      },
      {
        file: "orchestrator/transitions.ts",
        text: "const answer = answerTo(intent, simulation.status, simulation.desiredStatus);",
        without: 'const answer = answerTo(intent, "RUNNING", simulation.desiredStatus);',
      },
    ],
    profile: "short-stops",
    rounds: 4,
    breaks: ["I3", "I6"],
  },
  {
    name: "one key, one simulation",
    edits: [
      {
        file: "postgres/create-all.ts",
        text: "fixedValues(draft.simulation, draft.idempotencyKey)",
        without: "fixedValues(draft.simulation, null)",
      },
    ],
    profile: "short-stops",
    rounds: 1,
    breaks: ["I2"],
  },
  {
    name: "the last event is delivered",
    edits: [
      {
        file: "feed/reader.ts",
        text: "if (this.#position >= tail.end) return this.#atTheEnd();",
        without: "if (this.#position >= tail.end - (this.#topic.hasEnded ? 1 : 0)) return this.#atTheEnd();",
      },
      {
        file: "feed/reader.ts",
        text: "const isOver = hasEnded && this.#position >= standing.lastSeq;",
        without: "const isOver = hasEnded && this.#position >= standing.lastSeq - 1;",
      },
    ],
    profile: "short-kills",
    rounds: 1,
    breaks: ["I5"],
  },
];
