import type { Story } from "./story.ts";
import type { Harm, Invariant } from "./violation.ts";

/** One change of the clean history, and what it is to be called. */
export type Wrong = readonly [invariant: Invariant, harm: Harm, what: string, change: (story: Story) => void];
