// The page docs/limits.md, from the table of limits and the costs of operations.
import { settingOf } from "../src/config/front-door.ts";
import { baseCosts, bulkCosts, refusedCost, valuesPerPoint } from "../src/server/cost.ts";
import { type Limit, type LimitName, limitGroups, limitTable } from "../src/server/limits.ts";
import { readWeights } from "../src/server/page-sizes.ts";

const intro = `# Limits of the front door

Generated from \`src/server/limits.ts\` by \`npm run generate:limits\`; not edited by hand.

They hold for HTTP, WebSockets and event streams alike: one pipeline measures an operation before it is validated, in a
time that grows with the length of the document alone. Requests are never batched. A limit with a setting can be changed
by that environment variable, within its range; the others are part of how the service works. How many simulations may
run and wait is set [elsewhere](configuration.md#limits).

## What a client sees

| what | HTTP, event stream | WebSocket |
|---|---|---|
| an operation that is too large | error \`LIMIT_EXCEEDED\` with \`limit\` and \`maximum\` | the same, for that operation |
| too many subscriptions or event streams | 429, \`LIMIT_EXCEEDED\` | an \`error\` with \`LIMIT_EXCEEDED\`, for that operation |
| a minute's points are spent | 429 with \`Retry-After\`, error \`RATE_LIMITED\` with \`retryAfter\` (s), \`limit\`, \`maximum\` | an \`error\` with the same, for that operation; the socket lives |
| too many failures to say who it is | 429 with \`Retry-After\`, \`RATE_LIMITED\` | the upgrade is answered 429, or closed with 1013 |
| too many sockets of an address, or too many of them not yet acknowledged | | the upgrade is answered 429 with \`Retry-After\` |
| too many sockets of a user | | closed with 1013 |
| more come in than a replica takes | 503 with \`Retry-After\` | the upgrade waits its turn, for some seconds; where too many wait it is answered 503 with \`Retry-After\`, or closed with 1013 |
| too many messages | | closed with 1008 |
| a client that does not read | the stream is cut | closed with 4420 |

After 1013, 4420 and an upgrade that was refused, a client of graphql-ws connects again by itself, with backoff.
\`Retry-After\` of 503 is spread over some seconds, so that not all come back at once.
`;

const costs = `## What an operation costs

A point is about a millisecond of a replica's time.

| what | points |
|---|---|
${Object.entries(baseCosts)
  .map(([kind, points]) => `| each root field of a ${kind} | ${points} |`)
  .join("\n")}
${Object.entries(bulkCosts)
  .map(([name, points]) => `| \`${name}\` | ${points} |`)
  .join("\n")}
| for every ${valuesPerPoint.toLocaleString("en")} values that its answer may have | 1 more |
| one that cannot be parsed, or is too large | ${refusedCost} |

Root fields are counted with fragments spread out. Values are counted as for the limit \`values\`, from the pages that
are asked for, before anything is read; lists whose size no argument sets count as the most that they bring, or as the
usual twenty components, and these fields weigh as so many values more each time:

| field | values |
|---|---|
${Object.entries(readWeights)
  .map(([name, values]) => `| \`${name}\` | ${numbered(values)} |`)
  .join("\n")}

A subscription pays when it starts; its events cost nothing. A refused operation is paid for, too. An operation that
costs more than a whole budget is taken for a whole one.

## What holds across replicas

- **Points and failures** are counted by all replicas together, in Redis (\`REDIS_URL\`): a budget begins with the first
  operation, and is whole again a minute later. While Redis is slow or away, each replica counts by itself, so a user may
  spend a budget at each; nobody waits longer than 0.2 s for Redis, and it is tried again once a second.
- **Sockets, streams and subscriptions** are counted by each replica for itself, exactly: nothing leaks when a replica
  dies, and a user may have as many at each. Divide by the number of replicas where the sum matters.
- **Addresses** are the clients' own behind the proxies of \`TRUSTED_PROXIES\`. Behind a proxy that is not named there, all
  clients share its address and its limits. An IPv6 address counts as its /64, which is what one client has.
`;

export function limitsPage(): string {
  const tables = Object.entries(limitGroups).map(
    ([title, limits]) => `## ${title}\n\n${table(Object.keys(limits))}`,
  );
  return [intro, ...tables, costs].join("\n");
}

function table(names: readonly string[]): string {
  const rows = Object.entries(limitTable)
    .filter(([name]) => names.includes(name))
    .map(([name, limit]) => row(name as LimitName, limit));
  const head = ["| limit | default | unit | meaning | setting, and its range |", "|---|---|---|---|---|"];
  return `${[...head, ...rows].join("\n")}\n`;
}

function row(name: LimitName, { value, unit, meaning, range }: Limit): string {
  const setting = range === undefined ? "" : `\`${settingOf(name)}\`, ${range.map(numbered).join(" to ")}`;
  return `| \`${name}\` | ${numbered(value)} | ${unit} | ${meaning} | ${setting} |`;
}

function numbered(value: number): string {
  return value.toLocaleString("en");
}
