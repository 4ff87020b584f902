// What ends a session before its token does.

export interface Revocation {
  readonly userId: string;
  /** Every session of the user that began until then is over. */
  readonly at: Date;
}

/** Throws ServiceError UNAVAILABLE when it cannot be asked. */
export interface Revocations {
  /** Ends the user's sessions as of now, by the clock that all replicas share; a second call moves the moment. */
  revoke(userId: string, by: string): Promise<Revocation>;
  /** Those of the last `withinMs`, one for each user. */
  recent(withinMs: number): Promise<readonly Revocation[]>;
  /** Forgets those that are older: no token is believed for so long. */
  forget(olderThanMs: number): Promise<void>;
}
