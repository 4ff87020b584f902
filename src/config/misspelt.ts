// Settings that are probably ours and written wrong: what is not known is not looked at, and would be missed quietly.
import { settings } from "./settings.ts";

export interface Misspelt {
  readonly given: string;
  readonly meant: string;
}

/** Shorter names are too near to those of others ("HOST", "PORT"), in characters. */
const lengthAtLeast = 7;

/** Of the environment, names that differ by one character from one that is known, and are not known themselves. */
export function misspelt(environment: NodeJS.ProcessEnv): readonly Misspelt[] {
  const known = settings.flatMap(({ name, mayBeFile }) => (mayBeFile ? [name, `${name}_FILE`] : [name]));
  const isKnown = new Set(known);
  return Object.keys(environment)
    .filter((given) => !isKnown.has(given))
    .flatMap((given) => {
      const meant = known.find((name) => name.length >= lengthAtLeast && isOneOff(given, name));
      return meant === undefined ? [] : [{ given, meant }];
    });
}

/** One character is missing, too many, or another. */
function isOneOff(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return [
    [same + 1, same],
    [same, same + 1],
    [same + 1, same + 1],
  ].some(([restA, restB]) => a.slice(restA) === b.slice(restB));
}
