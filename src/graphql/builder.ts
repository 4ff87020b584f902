// The schema builder. It knows no type of the schema; the files named after nouns add them.
import SchemaBuilder from "@pothos/core";
import DataloaderPlugin from "@pothos/plugin-dataloader";
import RelayPlugin from "@pothos/plugin-relay";
import type { GraphQLContext } from "./context.ts";

export interface SchemaTypes {
  Context: GraphQLContext;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin, DataloaderPlugin],
  defaultFieldNullability: false,
  relay: {
    cursorType: "String",
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodesOnConnection: { description: "The nodes of `edges`, for those who need no cursor per node." },
    edgesFieldOptions: { nullable: false, description: "The nodes of this page, each with its cursor." },
    nodeFieldOptions: { nullable: false, description: "The item." },
    cursorFieldOptions: { description: "The place of this item: give it as `after` or `before`." },
    pageInfoFieldOptions: { description: "Where this page stands in the whole list." },
    pageInfoTypeOptions: { description: "Where a page stands in its list." },
    hasNextPageFieldOptions: { description: "There is more after this page." },
    hasPreviousPageFieldOptions: { description: "There is something before this page." },
    startCursorFieldOptions: { description: "The cursor of the first item; null when the page is empty." },
    endCursorFieldOptions: { description: "The cursor of the last item; null when the page is empty." },
    firstArgOptions: { description: "The first so many. Not together with `last`." },
    lastArgOptions: { description: "The last so many. Not together with `first`." },
    afterArgOptions: { description: "Only what comes after this cursor." },
    beforeArgOptions: { description: "Only what comes before this cursor." },
  },
});

/**
 * Marks a field that depends on the viewer, or on more than the snapshot that an event carries: a subscription
 * that selects it is executed for each subscriber by itself.
 */
export const beyondSnapshot = { extensions: { beyondSnapshot: true } } as const;

/**
 * Marks a field that shows what stands beside an event and changes while the event does not. Without one, an event
 * looks the same whenever it is looked at.
 */
export const ofSnapshot = { extensions: { ofSnapshot: true } } as const;

/**
 * Marks a subscription field whose items come to every subscriber as the very same objects: what is selected of
 * an item is rendered once for all who select the same and are the same to it (`rightsTo`).
 */
export const sharedItems = { extensions: { sharedItems: true } } as const;

builder.queryType({ description: "Reads. Nothing here changes anything." });
builder.mutationType({
  description: `Intents. A mutation records what is wanted and answers; it never waits for an engine. The result is a union:
the success, or an error that carries its own facts.`,
});
builder.subscriptionType({ description: "What happens, live." });
