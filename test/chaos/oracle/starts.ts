// What became of what was asked to start: I1 and I2.
import type { Evidence, Start } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/** I1. That what was found also reached its end is I16. */
export function* startsFound({ starts, rows }: Evidence): Iterable<Violation> {
  const missing = new Set<string>();
  for (const start of starts) {
    const id = acceptedAs(start);
    if (id === null || rows.has(id) || missing.has(id)) continue;
    missing.add(id);
    const detail = `The start ${start.asked.call} was accepted as this simulation; there is none.`;
    yield { invariant: "I1", harm: "lost", simulation: id, detail };
  }
}

/** I2: within (user, project) a key stands for one simulation, and no simulation is there that nobody asked for. */
export function* keysAreUnique(evidence: Evidence): Iterable<Violation> {
  yield* idsByKey(evidence);
  yield* answersWithoutKey(evidence);
  yield* unasked(evidence);
}

function* idsByKey({ starts, rows }: Evidence): Iterable<Violation> {
  const ids = new Map<string, Set<string>>();
  const add = (user: string, project: string, key: string | null, id: string | null) => {
    if (key === null || id === null) return;
    const name = JSON.stringify([user, project, key]);
    const before = ids.get(name);
    if (before === undefined) ids.set(name, new Set([id]));
    else before.add(id);
  };
  for (const start of starts) {
    const { user, project, key } = start.asked;
    add(user, project, key, acceptedAs(start));
  }
  for (const { user, project, key, id } of rows.values()) add(user, project, key, id);
  for (const [name, some] of ids) {
    if (some.size === 1) continue;
    const [simulation = null] = some;
    const detail = `The key ${name} stands for ${some.size} simulations: ${[...some].slice(0, 5).join(", ")}.`;
    yield { invariant: "I2", harm: "doubled", simulation, detail };
  }
}

function* answersWithoutKey({ starts }: Evidence): Iterable<Violation> {
  const seen = new Set<string>();
  for (const start of starts) {
    const id = acceptedAs(start);
    if (start.asked.key !== null || id === null) continue;
    const detail = "Two starts without a key were answered with this one simulation.";
    if (seen.has(id)) yield { invariant: "I2", harm: "lost", simulation: id, detail };
    seen.add(id);
  }
}

function* unasked({ starts, rows }: Evidence): Iterable<Violation> {
  const answered = new Set(starts.map(acceptedAs));
  const keys = new Set(starts.map(({ asked }) => asked.key));
  // A start whose outcome nobody knows may have made one.
  const unknown = starts.filter(({ asked, answered: answer }) => {
    return asked.key === null && (answer === null || answer.outcome.kind === "unknown");
  });
  let excused = unknown.length;
  for (const { id, key } of rows.values()) {
    if (answered.has(id) || (key !== null && keys.has(key))) continue;
    if (key === null && excused > 0) {
      excused -= 1;
      continue;
    }
    const detail = `There is a simulation that nobody asked for (key ${key ?? "none"}).`;
    yield { invariant: "I2", harm: "doubled", simulation: id, detail };
  }
}

function acceptedAs({ answered }: Start): string | null {
  return answered?.outcome.kind === "accepted" ? answered.outcome.simulation : null;
}
