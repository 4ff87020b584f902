// The right to use the service, for a while: who, since when, until when.
import type { Viewer } from "./viewer.ts";

export interface Session {
  readonly viewer: Viewer;
  /** When the right was given (a token's `iat`), ms since 1970. */
  readonly issuedAt: number;
  /** When it ends (a token's `exp`, or its greatest age), ms since 1970; infinity: never. */
  readonly expiresAt: number;
}
