// Messages of admins to whoever is connected: to everybody, or to one user.

export interface Announcement {
  readonly id: string;
  readonly message: string;
  /** Null: everybody. */
  readonly userId: string | null;
  /** The admin. */
  readonly by: string;
  readonly at: Date;
  /** Until then it is shown to those who come as well. */
  readonly until: Date;
}

/** Throws ServiceError UNAVAILABLE when it cannot be asked. */
export interface Announcements {
  /** `lastingMs` from now, by the clock that all replicas share. */
  announce(message: string, to: string | null, by: string, lastingMs: number): Promise<Announcement>;
  /** Those whose end has not come, oldest first; the newest `limit`. */
  standing(limit: number): Promise<readonly Announcement[]>;
  /** Forgets those that ended longer ago. */
  forget(endedBeforeMs: number): Promise<void>;
}
