// What a stream says when the replica, not the engine, is the reason for nothing new.

export const staleReasons = {
  storeDown: "The database cannot be read just now; the stream goes on by itself.",
  busDown: "Notices between replicas are down just now; the log is polled instead.",
} as const;
