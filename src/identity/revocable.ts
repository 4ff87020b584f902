// Sessions that end before their token does. What one replica revokes the others find in the database, where each
// looks every second; so it holds on all of them within two, whatever the bus does. While the database cannot be
// asked nothing new is heard of, and nothing can be revoked either.
import { messageOf, ServiceError } from "../core/errors.ts";
import type { Identity } from "../core/ports/identity.ts";
import type { Log } from "../core/ports/log.ts";
import type { Revocation, Revocations } from "../core/ports/sessions.ts";
import type { Session } from "../core/session.ts";

export interface RevocableOptions {
  readonly identity: Identity;
  readonly revocations: Revocations;
  /** How far the issuer's clock may be off the database's, ms: a session that began so soon after is over as well. */
  readonly skewMs: number;
  /** No token is believed for longer, ms: what was revoked before is remembered no longer. */
  readonly maxAgeMs: number;
  /** Called when there is something new: end those for which it holds. */
  readonly end: (isOver: (session: Session) => boolean) => void;
  readonly log: Log;
}

export interface RevocableIdentity extends Identity {
  /** Ends the user's sessions on this replica at once, on the others within two seconds. */
  revoke(userId: string, by: string): Promise<Revocation>;
  close(): void;
}

const lookEveryMs = 1_000;
/** What is looked at again each time: more than a look, or a transaction, takes, and clocks differ. */
const overlapMs = 60_000;

/** Resolves when all that was revoked before is known. */
export async function revocableIdentity(options: RevocableOptions): Promise<RevocableIdentity> {
  const { identity, revocations, skewMs, maxAgeMs, log } = options;
  /** By user, ms since 1970. */
  const revokedAt = new Map<string, number>();
  let looking = false;
  let failing = false;

  /** The last token that a revocation concerns is issued by a clock that is ahead, and believed by one that is behind. */
  const rememberMs = maxAgeMs + 2 * skewMs + overlapMs;
  let lookedAt = Date.now();

  const isRevoked = ({ viewer, issuedAt }: Session): boolean => {
    const at = revokedAt.get(viewer.userId);
    return at !== undefined && issuedAt <= at + skewMs;
  };

  function learn(revoked: readonly Revocation[]): void {
    let isNews = false;
    for (const { userId, at } of revoked) {
      if ((revokedAt.get(userId) ?? Number.NEGATIVE_INFINITY) >= at.getTime()) continue;
      revokedAt.set(userId, at.getTime());
      isNews = true;
    }
    if (isNews) options.end(isRevoked);
  }

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    const now = Date.now();
    try {
      // All since the last look, however long ago: the database was away, or this process stood still.
      learn(await revocations.recent(Math.min(rememberMs, overlapMs + Math.max(0, now - lookedAt))));
      lookedAt = now;
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ reason: messageOf(error) }, "It cannot be seen which sessions are revoked.");
      failing = true;
    } finally {
      looking = false;
    }
  }

  function forget(): void {
    const oldest = Date.now() - rememberMs;
    for (const [userId, at] of revokedAt) if (at < oldest) revokedAt.delete(userId);
  }

  learn(await revocations.recent(rememberMs));
  const timer = setInterval(() => {
    forget();
    void look();
  }, lookEveryMs);

  return {
    async session(token) {
      const session = await identity.session(token);
      if (isRevoked(session))
        throw new ServiceError("UNAUTHENTICATED", "The session was revoked: sign in again.");
      return session;
    },
    isOver: (session) => isRevoked(session) || identity.isOver(session),
    async revoke(userId, by) {
      const revocation = await revocations.revoke(userId, by);
      learn([revocation]);
      return revocation;
    },
    close: () => clearInterval(timer),
  };
}
