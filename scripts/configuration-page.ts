// The page docs/configuration.md, from the table of settings.
import { type Setting, settings } from "../src/config/settings.ts";

const intro = `# Configuration

Generated from \`src/config/settings.ts\` by \`npm run generate:config\`; not edited by hand.

All settings are environment variables, and an empty one counts as not given. They are read once, when the process
starts; a bad value, or settings that contradict each other, end the start (exit code 2) with everything that is wrong.

    npm start -- --print-config

prints every setting with its value and where that is from (\`default\`, \`environment\` or \`file\`), secrets hidden, and
ends: with 0, or with 2 and everything that is wrong.

## Secrets

A setting marked **secret** comes from the environment or from a file, never from the command line:

    DATABASE_URL=postgres://…                     in the environment
    DATABASE_URL_FILE=/run/secrets/database-url   in a file, whose contents are trimmed

Both at once are refused, and so is a file that cannot be read. Secrets are hidden wherever settings are shown: of a URL,
the user, the password, and parameters that are named like one.
`;

export function configurationPage(): string {
  const groups = Map.groupBy(settings, ({ group }) => group);
  const tables = [...groups].map(([group, ofGroup]) => `## ${group}\n\n${table(ofGroup)}`);
  return `${[intro, ...tables].join("\n")}`;
}

function table(ofGroup: readonly Setting[]): string {
  const rows = ofGroup.map(
    (setting) => `| \`${setting.name}\` | ${defaultOf(setting)} | ${meaningOf(setting)} |`,
  );
  return `${["| setting | default | meaning |", "|---|---|---|", ...rows].join("\n")}\n`;
}

function defaultOf({ standard, shownDefault }: Setting): string {
  if (shownDefault !== undefined) return shownDefault;
  return standard === undefined || standard === "" ? "none" : `\`${standard}\``;
}

function meaningOf({ name, meaning, secret, mayBeFile }: Setting): string {
  const text = meaning.replaceAll("|", "\\|");
  if (secret !== undefined) return `${text} **Secret**, or \`${name}_FILE\`.`;
  return mayBeFile ? `${text} Or \`${name}_FILE\`.` : text;
}
