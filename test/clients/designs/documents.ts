/** A small valid design document with this id. */
export function documentOf(id: string, revision = 1): Record<string, unknown> {
  return {
    schemaVersion: 1,
    id,
    revision,
    name: `Design ${id}`,
    nodes: [
      { id: "users", type: "client" },
      { id: "api", type: "service" },
    ],
    edges: [{ id: "in", source: "users", target: "api" }],
    workloads: [{ id: "load", source: "users", type: "open", startPerSec: 1 }],
  };
}

/** A log that keeps nothing. */
export const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};
