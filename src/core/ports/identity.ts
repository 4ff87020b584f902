import type { Session } from "../session.ts";

/** Who somebody is, by what they show. */
export interface Identity {
  /**
   * `token`: what was sent as the bearer; undefined: nothing was.
   *
   * Throws ServiceError: UNAUTHENTICATED, with what is wrong with the token; UNAVAILABLE where that cannot be found
   * out just now. Whatever is in doubt opens nothing.
   */
  session(token: string | undefined): Promise<Session>;
  /** Whether it has ended since, by its time or otherwise; answered at once, by what is known here. */
  isOver(session: Session): boolean;
}
