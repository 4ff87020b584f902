// The page docs/configuration.md, from the table of settings.
import { type Setting, settings } from "../src/config/settings.ts";

const intro = `# Configuration

Generated from \`src/config/settings.ts\` by \`npm run generate:config\`; not edited by hand.

All settings are environment variables, and an empty one counts as not given. They are read once, when the process
starts; a bad value, or settings that contradict each other, end the start (exit code 2) with everything that is wrong.
A name that is none of these is not looked at; one that differs from one of these by a character is warned of in the log.

    npm start -- --print-config

prints every setting with its value and where that is from (\`default\`, \`environment\` or \`file\`), secrets hidden, and
ends: with 0, or with 2 and everything that is wrong.

## Secrets

A setting marked **secret** comes from the environment or from a file, never from the command line:

    DATABASE_URL=postgres://…                     in the environment
    DATABASE_URL_FILE=/run/secrets/database-url   in a file, whose contents are trimmed

Both at once are refused, and so is a file that cannot be read. What is special in a user or password of a URL is written
encoded (\`/\` as \`%2F\`, \`@\` as \`%40\`). Secrets are hidden wherever settings are shown: of a URL, the user, the password,
and parameters that are named like one. Every line of the log passes through the same: users and passwords of URLs, the
passwords of the settings themselves, \`Authorization\` and cookies, and whatever looks like a token are written as \`***\`.

## TLS

To [engines](#engines), [Postgres and Redis](#storage-and-bus) a URL asks for TLS: \`grpcs://\`, \`rediss://\`, and \`sslmode\` for
Postgres. Certificates and the names in them are checked (unless the URL of Postgres says \`no-verify\`). Files in PEM say
whom to believe and who we are; they are read at the start, so a new certificate is taken in by a restart.

| file | what |
|---|---|
| \`…_CA_FILE\` | the authorities that are believed of that part; without it those that Node believes, and \`NODE_EXTRA_CA_CERTS\` |
| \`…_CERT_FILE\`, \`…_KEY_FILE\` | this service's own certificate and its key, where the other side asks for one (mTLS) |

A certificate that would never be used, since the URL asks for plain text, fails the start. An engine on another machine
that is spoken to in plain text is warned of in the log.

Of Postgres: with one of these files the connection is as with \`sslmode=verify-full\`, and what the URL says of TLS is left
aside (only \`sslmode=disable\` and \`no-verify\`, which contradict it, are refused). Without them the URL decides, as
[node-postgres](https://node-postgres.com/features/ssl) reads it: no \`sslmode\`, or \`disable\`, is plain text; \`prefer\`,
\`require\`, \`verify-ca\` and \`verify-full\` all check the certificate and the name, more strictly than \`libpq\` does;
\`no-verify\` encrypts and checks nothing. Either way the server should refuse plain text by itself (\`hostssl\` in
\`pg_hba.conf\`).

This service itself speaks plain HTTP: TLS for its clients ends at a proxy before it. Then

    HOST=0.0.0.0                  the proxy is on another machine; needs authentication
    HOSTS=sim.example.com         the names under which clients come
    TRUSTED_PROXIES=10.0.0.0/8    whose word on the client's address (\`X-Forwarded-For\`) is taken
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
