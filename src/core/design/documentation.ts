import { z } from "zod";
import { label, prose } from "./fields.ts";

/** Where a design was taken from. Documentation: no field of it changes a run. */
export const source = z.strictObject({
  repo: label.optional().describe("The repository, for example owner/name."),
  commit: label.optional().describe("The commit that was read."),
  licence: label.optional().describe("The licence of what was read, as an SPDX id."),
  files: z
    .array(prose)
    .max(100)
    .optional()
    .describe("The files that were read, and what was taken from each."),
  url: prose.optional().describe("A page about it."),
  notes: z.array(prose).max(100).optional().describe("What was not found, left out or decided."),
});

/** Fields that any node's, edge's or workload's reader may like. None of them changes a run. */
export const documented = {
  label: label.optional().describe("The name shown; the id where there is none."),
  description: prose.optional().describe("For the reader."),
  technology: label.optional().describe("What it is made with, for example PostgreSQL 18."),
  tags: z.array(label).max(50).optional().describe("Free words to group and find by."),
  assumed: z
    .array(label)
    .max(50)
    .optional()
    .describe("Names of the numbers here that nobody measured; they are listed as assumptions of a run."),
};
