import { z } from "zod";
import { documented, source } from "./documentation.ts";
import { viewport } from "./drawing.ts";
import { designEdge } from "./edges.ts";
import { designFault } from "./faults.ts";
import { designId, label, prose } from "./fields.ts";
import { MAX_FAULTS, MAX_LINKS, MAX_NODES, MAX_OBJECTIVES, MAX_WORKLOADS } from "./limits.ts";
import { designNode } from "./nodes.ts";
import { objective } from "./objectives.ts";
import { run } from "./run.ts";
import { workload } from "./workloads.ts";

/** The design format, version 1. Fields that it does not know are refused, never ignored. */
export const designSchema = z.strictObject({
  $schema: z.string().max(500).optional().describe("For editors."),
  schemaVersion: z.literal(1),
  id: designId,
  revision: z.int().min(0).max(2_147_483_647).describe("Rises with each change of the design."),
  name: label.min(1),
  description: prose.optional(),
  source: source.optional(),
  tags: documented.tags,
  viewport: viewport.optional().describe("What the canvas showed; drawing only."),
  nodes: z.array(designNode).max(MAX_NODES),
  edges: z.array(designEdge).max(MAX_LINKS),
  workloads: z.array(workload).max(MAX_WORKLOADS).default([]),
  faults: z.array(designFault).max(MAX_FAULTS).default([]),
  objectives: z.array(objective).max(MAX_OBJECTIVES).default([]),
  run: run.default({}),
});

/** A design that has the right shape; what its ids refer to is checked by `parseDesign`. */
export type Design = z.infer<typeof designSchema>;
