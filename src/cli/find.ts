// A simulation by what a person types: its id, the beginning or the end of one, or `last`.
import type { Api } from "./api.ts";
import { Refused, UsageError } from "./errors.ts";
import { RecentIdsDocument } from "./gql/graphql.ts";

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A whole id is taken as it is; anything else is looked for among the newest simulations. */
export async function findId(api: Api, given: string): Promise<string> {
  if (wholeId.test(given)) return given;
  const { simulations } = await api.ask(RecentIdsDocument, {});
  return matchId(
    given,
    simulations.nodes.map(({ id }) => id),
  );
}

/**
 * Ids begin with the time of their creation, so that those of one day begin alike: the end is accepted as well.
 * `ids` are newest first. Throws Refused when there is none, UsageError when there are several.
 */
export function matchId(given: string, ids: readonly string[]): string {
  const wanted = given.toLowerCase();
  const matching =
    wanted === "last" ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  const [id, ...others] = matching;
  if (id === undefined) {
    const none =
      wanted === "last" ? "There is no simulation yet." : `No recent simulation is named ${given}.`;
    throw new Refused("SIMULATION_NOT_FOUND", none);
  }
  if (others.length === 0 || id === wanted) return id;
  const some = matching.slice(0, 5).map((it) => `  ${it}`);
  const message = `${matching.length} recent simulations are named ${given}…; give more of it, or its end:`;
  throw new UsageError([message, ...some].join("\n"));
}
