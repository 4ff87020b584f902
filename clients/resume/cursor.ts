// Where a subscription to the log of a simulation stands, and how to ask for what comes after that.

// Alias and arguments. An operation that is named like the field has types where these arguments have values.
const subscriptionCall = /(?:(\w+)\s*:\s*)?\bsimulationEvents\s*\(([^)]*\bsimulationId\s*:\s*[$"][^)]*)\)/;

interface LogEvent {
  readonly seq: number;
}

/** The `after` of one `simulationEvents` subscription. It grows with every event that the application has handled. */
export class Cursor {
  readonly #field: string;
  readonly #variable: string;
  readonly #variables: Readonly<Record<string, unknown>>;
  #after: number | undefined;

  private constructor(field: string, variable: string, variables: Readonly<Record<string, unknown>>) {
    this.#field = field;
    this.#variable = variable;
    this.#variables = variables;
  }

  /**
   * Null for whatever has no log to resume: queries, mutations, `simulationUpdates`. Throws where a document asks for
   * `simulationEvents` without giving `after` by a variable, since only a variable can be advanced.
   */
  static of(query: string, variables: Readonly<Record<string, unknown>> | null | undefined): Cursor | null {
    const call = subscriptionCall.exec(query.replaceAll(/#.*/g, ""));
    if (call === null) return null;
    const variable = /\bafter\s*:\s*\$(\w+)/.exec(call[2] ?? "")?.[1];
    if (variable === undefined)
      throw new Error("Give simulationEvents its `after` as a variable: (simulationId: $id, after: $after).");
    return new Cursor(call[1] ?? "simulationEvents", variable, variables ?? {});
  }

  /** What to subscribe with now: the first time as the application asked, then from where it stands. */
  get variables(): Record<string, unknown> {
    return this.#after === undefined
      ? { ...this.#variables }
      : { ...this.#variables, [this.#variable]: this.#after };
  }

  /** The event of a result's `data`; null where there is none. Throws when its `seq` was not asked for. */
  eventIn(data: unknown): LogEvent | null {
    const event = isObject(data) ? data[this.#field] : null;
    if (!isObject(event)) return null;
    if (!isLogEvent(event)) throw new Error("Select `seq` of simulationEvents: it is what resumes them.");
    return event;
  }

  /** Call when the event has been handled, not before. */
  advance({ seq }: LogEvent): void {
    this.#after = Math.max(this.#after ?? 0, seq);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isLogEvent(event: object): event is LogEvent {
  return "seq" in event && typeof event.seq === "number";
}
