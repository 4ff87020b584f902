// Identities without tokens, for tests of what happens once it is known who asks.
import { ServiceError } from "../../src/core/errors.ts";
import type { Identity } from "../../src/core/ports/identity.ts";
import type { Session } from "../../src/core/session.ts";
import type { Viewer } from "../../src/core/viewer.ts";

/** Whoever shows a token is whom it names; null: nobody. */
export function identityBy(viewerOf: (token: string | undefined) => Viewer | null): Identity {
  return {
    async session(token) {
      const viewer = viewerOf(token);
      if (viewer === null) throw new ServiceError("UNAUTHENTICATED", "Nobody.");
      return endless(viewer);
    },
    isOver: () => false,
  };
}

export function endless(viewer: Viewer): Session {
  return { viewer, issuedAt: Date.now(), expiresAt: Number.POSITIVE_INFINITY };
}

/** It cannot be found out who anybody is. */
export function failingIdentity(error: Error): Identity {
  return { session: () => Promise.reject(error), isOver: () => false };
}
