// Which variables of an environment mean something to a program of ours.
import { settings } from "../../src/config/settings.ts";
import { readOptions, usage } from "../../src/engine/options.ts";

const ofService = settings.flatMap(({ name, mayBeFile }) => (mayBeFile ? [name, `${name}_FILE`] : [name]));
const ofEngine = [...usage().matchAll(/^ {2}--([\w-]+)/gm)].map(
  ([, option = ""]) => `ENGINE_${option.replaceAll("-", "_").toUpperCase()}`,
);

/** Names that neither the service nor the engine reads. Throws where the engine does not take a value. */
export function notKnown(environment: Readonly<Record<string, string>>): readonly string[] {
  readOptions([], environment);
  const known = new Set([...ofService, ...ofEngine]);
  return Object.keys(environment).filter((name) => !known.has(name));
}
