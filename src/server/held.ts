import { type HeldLimit, Holdings } from "./holdings.ts";
import type { Bounds } from "./limits.ts";

/** What the users and addresses of this replica hold. */
export type Held = Readonly<Record<HeldLimit, Holdings>>;

export function nothingHeld({ limits }: Bounds): Held {
  return {
    socketsPerUser: new Holdings(limits.socketsPerUser),
    socketsPerAddress: new Holdings(limits.socketsPerAddress),
    unacknowledgedPerAddress: new Holdings(limits.unacknowledgedPerAddress),
    subscriptionsPerUser: new Holdings(limits.subscriptionsPerUser),
    streamsPerUser: new Holdings(limits.streamsPerUser),
    streamsPerAddress: new Holdings(limits.streamsPerAddress),
  };
}
