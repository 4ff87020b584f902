import { z } from "zod";
import { nodeDrawing } from "./drawing.ts";
import { id } from "./fields.ts";
import {
  balancerData,
  cacheData,
  clientData,
  externalData,
  functionData,
  gatewayData,
  noteData,
  queueData,
  serviceData,
  storeData,
  zoneData,
} from "./node-data.ts";

const placed = {
  id,
  ...nodeDrawing,
  parentId: id.optional().describe("The zone that it lies in."),
};

function node<Type extends string, Data extends z.ZodType>(type: Type, data: Data, about: string) {
  return z.strictObject({ ...placed, type: z.literal(type), data }).describe(about);
}

/** What an architect draws, by type. */
export const designNode = z.discriminatedUnion("type", [
  node("client", clientData.default({}), "Where requests come from; its workloads say how many."),
  node("cdn", cacheData.default({}), "A cache near the users; its outgoing edges are called on a miss."),
  node("load-balancer", balancerData.default({}), "Sends each request on over one of its outgoing edges."),
  node("api-gateway", gatewayData.default({}), "Routes by operation, and may limit the rate."),
  node("service", serviceData.default({}), "Serves requests with a bounded number of slots."),
  node("function", functionData.default({}), "One request per instance, instances on demand."),
  node("worker", serviceData.default({}), "As a service; usually behind a queue."),
  node("cache", cacheData.default({}), "Hits or misses; its outgoing edges are called on a miss."),
  node("database", storeData.default({}), "Serves requests with a bounded number of connections."),
  node("object-store", storeData.default({}), "Serves blobs."),
  node("queue", queueData.default({}), "Keeps messages; each outgoing edge is a consumer group."),
  node("external", externalData.default({}), "Somebody else's system: no queue unless concurrency is given."),
  node("zone", zoneData.default({}), "A group of nodes that share a place, and a fate."),
  node("note", noteData.default({}), "For the reader; ignored."),
]);

export type DesignNode = z.infer<typeof designNode>;
export type NodeType = DesignNode["type"];
export type NodeOf<Type extends NodeType> = Extract<DesignNode, { type: Type }>;
