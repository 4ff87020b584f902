// Structured logs: facts first, then a sentence. Never a secret, a token or a body.

export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: Record<string, unknown>): Log;
}
