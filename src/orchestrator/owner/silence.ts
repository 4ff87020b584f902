// A stream that says nothing although it must: the contract has an engine send a level every 2 s at least.
import { EngineError } from "../../core/ports/engines.ts";

const silenceMs = 8_000;

/** The items of the source; throws UNAVAILABLE when the next one is awaited for too long. Ends by the signal. */
export async function* heard<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  signal: AbortSignal,
  allowedMs = silenceMs,
): AsyncIterable<T> {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), allowedMs);
  try {
    for await (const item of open(AbortSignal.any([signal, silent.signal]))) {
      // Only the engine's time counts, not what the reader takes.
      clearTimeout(timer);
      yield item;
      timer = setTimeout(() => silent.abort(), allowedMs);
    }
  } finally {
    clearTimeout(timer);
  }
  if (silent.signal.aborted && !signal.aborted) {
    throw new EngineError("UNAVAILABLE", `nothing was heard of it for ${allowedMs / 1000} s.`);
  }
}
