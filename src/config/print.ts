// What the settings come to, for people: each with its value and where that is from, secrets hidden.
import { readSettings } from "./read.ts";
import { withoutSecrets } from "./secret-url.ts";
import { type Setting, settings, written } from "./settings.ts";

/** One line for each setting. Throws ConfigError. */
export function printedConfig(environment: NodeJS.ProcessEnv): string {
  const { env, given } = readSettings(environment);
  const values = new Map(Object.entries(env).map(([name, value]) => [name, written(value)]));
  const rows = settings.map((setting) => {
    const { name } = setting;
    const value = given.get(name)?.text ?? values.get(name);
    const shown = value === undefined || value === "" ? "-" : shownValue(setting, value);
    return [name, shown.replaceAll(/\s*\n\s*/g, " "), given.get(name)?.from ?? "default"] as const;
  });
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const valueWidth = Math.min(40, Math.max(...rows.map(([, value]) => value.length)));
  return rows
    .map(([name, value, from]) => `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${from}\n`)
    .join("");
}

function shownValue({ secret }: Setting, value: string): string {
  if (secret === undefined) return value;
  return secret === "all" ? "***" : withoutSecrets(value);
}
