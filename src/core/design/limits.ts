/** Bounds on what a design may hold. Every number in a design lies inside one of them. */

/** Longest time that a design can name: 31 days, in milliseconds. */
export const MAX_TIME_MS = 31 * 24 * 3_600_000;
/** Most replicas of one node. */
export const MAX_REPLICAS = 10_000;
/** Most requests that one replica serves at a time. */
export const MAX_CONCURRENCY = 100_000;
/** Most waiting places of one queue. */
export const MAX_QUEUE = 10_000_000;
/** Highest rate, per second. */
export const MAX_RATE_PER_SEC = 10_000_000;
/** Most users of a closed workload. */
export const MAX_USERS = 1_000_000;
/** Most calls over one edge for one request. */
export const MAX_CALLS_PER_REQUEST = 10_000;
/** Most retries of one call. */
export const MAX_RETRIES = 100;
/** Largest message, in bytes. */
export const MAX_MESSAGE_BYTES = 1_000_000_000;
/** Largest multiplier of a fault (slow, traffic). */
export const MAX_FACTOR = 1_000_000;

/** Most stations that a design may translate to. */
export const MAX_STATIONS = 2_000;
/** Most links that a design may translate to. */
export const MAX_LINKS = 10_000;
/** Most nodes, notes and zones included. */
export const MAX_NODES = 5_000;
export const MAX_WORKLOADS = 200;
export const MAX_FAULTS = 1_000;
export const MAX_OBJECTIVES = 200;
export const MAX_OPERATIONS = 200;
export const MAX_STEPS = 200;
export const MAX_CALLS_PER_STEP = 1_000;
export const MAX_STAGES = 1_000;
export const MAX_TRACE_POINTS = 100_000;
export const MAX_EMPIRICAL_POINTS = 10_000;
export const MAX_MIX = 200;

/** Most JSON values (objects, arrays, strings, numbers …) in one design document. */
export const MAX_DOCUMENT_VALUES = 300_000;
/** Most fields of one object. */
export const MAX_FIELDS = 1_000;
/** Deepest nesting of one design document. */
export const MAX_DOCUMENT_DEPTH = 32;

/** Most problems reported at once; the last one says that there are more. */
export const MAX_PROBLEMS = 50;
/** Most characters of a value from the design that a message repeats. */
export const MAX_ECHO_CHARACTERS = 60;
