// From the environment to checked settings, or everything that is wrong with them.
import { type Given, givenSettings, type Problem } from "./given.ts";
import { brokenRules } from "./rules.ts";
import { secretsOf } from "./secret-url.ts";
import { type Environment, environmentSchema, settings } from "./settings.ts";
import { isLoopback } from "./values.ts";

export class ConfigError extends Error {
  /** Sentences that begin with the name of a setting, in the order of the table. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The environment has ${problems.length} problem(s):\n${problems.map((one) => `  ${one}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Settings whose default depends on another are filled in. */
export type Settled = Environment & { readonly GRAPHIQL: boolean; readonly INTROSPECTION: boolean };

export interface ReadSettings {
  readonly env: Settled;
  readonly given: ReadonlyMap<string, Given>;
}

/** What must not be seen anywhere of the settings that are given. */
export function secretsIn({ given }: ReadSettings): readonly string[] {
  return settings.flatMap(({ name, secret }) => {
    const { text } = given.get(name) ?? {};
    if (text === undefined || secret === undefined) return [];
    return secret === "all" ? [text] : secretsOf(text);
  });
}

/** Throws ConfigError, which never repeats a secret. */
export function readSettings(environment: NodeJS.ProcessEnv): ReadSettings {
  const { given, problems } = givenSettings(environment);
  const texts = new Map<string, string>();
  for (const [name, { text }] of given) if (text !== "") texts.set(name, text);
  const parsed = environmentSchema.safeParse(Object.fromEntries(texts));
  const wrong = (parsed.error?.issues ?? []).map((issue): Problem => {
    return { setting: String(issue.path[0]), is: issue.message };
  });
  // The others are held against each other all the same.
  for (const { setting } of wrong) texts.delete(setting);
  const env = parsed.data ?? environmentSchema.parse(Object.fromEntries(texts));
  const all = [...problems, ...wrong, ...brokenRules(env, (name) => given.has(name))];
  if (all.length > 0) throw new ConfigError(inOrder(all).map(({ setting, is }) => `${setting} ${is}`));
  return { env: settled(env), given };
}

function settled(env: Environment): Settled {
  // What others can reach is no place to develop, whatever it is called.
  const developing = env.NODE_ENV !== "production" && isLoopback(env.HOST);
  return {
    ...env,
    GRAPHIQL: env.GRAPHIQL ?? developing,
    INTROSPECTION: env.INTROSPECTION ?? developing,
  };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const place = (name: string) =>
    settings.findIndex((one) => name === one.name || name === `${one.name}_FILE`);
  return problems.toSorted((a, b) => place(a.setting) - place(b.setting));
}
