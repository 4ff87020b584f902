// The audit trail, to be read.
import { limits } from "../core/limits.ts";
import type { AuditRecord } from "../core/ports/audit.ts";
import { auditFilter } from "./admin-input.ts";
import { builder } from "./builder.ts";
import { pageSize } from "./input.ts";
import { cursorOf } from "./paging.ts";

const AuditRecordType = builder.objectRef<AuditRecord>("AuditRecord").implement({
  description: "Who asked for what, and what came of it.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "Sorts by time." }),
    at: t.field({ type: "DateTime", description: "When.", resolve: (it) => it.at }),
    userId: t.exposeID("userId", { description: "Who." }),
    action: t.exposeString("action", { description: "The mutation." }),
    subject: t.exposeString("subject", {
      nullable: true,
      description: "What it was about: an id, or the filter of many.",
    }),
    simulationId: t.exposeID("simulationId", { nullable: true, description: "The simulation; null: none." }),
    projectId: t.exposeID("projectId", {
      nullable: true,
      description: "The project; null: none, or unknown.",
    }),
    transport: t.exposeString("transport", { description: "`http` or `websocket`." }),
    address: t.exposeString("address", { description: "The client's address." }),
    result: t.exposeString("result", { description: "`DONE`, or the code of the error." }),
    correlationId: t.exposeString("correlationId", {
      nullable: true,
      description: "Of the request, as in the service's log.",
    }),
  }),
});

const AuditFilterInput = builder.inputType("AuditFilter", {
  description: "Which records; every part that is given must hold.",
  fields: (t) => ({
    userId: t.id({ description: "Of this user." }),
    action: t.string({ description: "Of this mutation." }),
    projectId: t.id({ description: "Of this project." }),
    simulationId: t.id({ description: "About this simulation." }),
  }),
});

const AuditConnection = builder.connectionObject(
  { type: AuditRecordType, name: "AuditConnection", description: "A page of the audit trail." },
  { name: "AuditEdge", description: "A record, and its place in the trail." },
);

builder.queryField("audit", (t) =>
  t.field({
    type: AuditConnection,
    description: `The audit trail, newest first: of the projects that the viewer administers, and what they did themselves; for admins all
of it.`,
    args: {
      first: t.arg.int({
        description: `How many, at most ${limits.listPageMax}; ${limits.listPageDefault} when left out.`,
      }),
      after: t.arg.string({ description: "Only what comes after this cursor." }),
      filter: t.arg({ type: AuditFilterInput, description: "Only these." }),
    },
    resolve: async (_, { first, after, filter }, { audit, viewer }) => {
      const limit = pageSize(first, "first", limits.listPageDefault, limits.listPageMax);
      const page = await audit.read(viewer, auditFilter(filter), limit, cursorOf(after));
      return {
        edges: page.records.map((record) => ({ cursor: record.id, node: record })),
        pageInfo: {
          hasNextPage: page.hasMore,
          hasPreviousPage: false,
          startCursor: page.records.at(0)?.id ?? null,
          endCursor: page.records.at(-1)?.id ?? null,
        },
      };
    },
  }),
);
