// Who asks, and the sessions of users.
import { ServiceError } from "../core/errors.ts";
import type { Revocation } from "../core/ports/sessions.ts";
import type { Session } from "../core/session.ts";
import type { Role } from "../core/viewer.ts";
import { userOf } from "./admin-input.ts";
import { builder } from "./builder.ts";
import type { DataErrorCode } from "./errors.ts";
import { answer, resultUnion } from "./result.ts";
import { requireAdmin } from "./rights.ts";
import { RoleEnum } from "./role.ts";

const ProjectRole = builder.objectRef<{ projectId: string; role: Role }>("ProjectRole").implement({
  description: "What somebody may do in a project.",
  fields: (t) => ({
    projectId: t.exposeID("projectId", { description: "The project." }),
    role: t.field({ type: RoleEnum, description: "The role in it.", resolve: (it) => it.role }),
  }),
});

const SessionType = builder.objectRef<Session>("Session").implement({
  description: "The right to use the service: who has it, what it allows, and until when.",
  fields: (t) => ({
    userId: t.id({ description: "The user.", resolve: ({ viewer }) => viewer.userId }),
    admin: t.boolean({
      description: "Sees and commands everything, announces, revokes sessions.",
      resolve: ({ viewer }) => viewer.admin,
    }),
    projects: t.field({
      type: [ProjectRole],
      description: "The projects whose simulations the user sees, beside their own.",
      resolve: ({ viewer }) => [...viewer.roles].map(([projectId, role]) => ({ projectId, role })),
    }),
    expiresAt: t.field({
      type: "DateTime",
      nullable: true,
      description: "When it ends, and with it its subscriptions, unless it is renewed; null: it does not.",
      resolve: ({ expiresAt }) => (Number.isFinite(expiresAt) ? new Date(expiresAt) : null),
    }),
  }),
});

builder.queryField("session", (t) =>
  t.field({
    type: SessionType,
    description: "Who asks, by the token that came with the request or the connection.",
    resolve: (_, _args, { caller }) => caller.session,
  }),
);

const renewalRefusals = [
  "BAD_INPUT",
  "UNAUTHENTICATED",
  "UNAVAILABLE",
] as const satisfies readonly DataErrorCode[];

builder.mutationField("renewSession", (t) =>
  t.field({
    type: resultUnion("RenewSessionResult", SessionType, renewalRefusals),
    description: `Puts a newer token in the place of the WebSocket's own, so that its subscriptions go on when that one ends. It must be the
same user's and give the same rights; with other rights, connect anew and resume. Over HTTP there is nothing to renew.`,
    args: { token: t.arg.string({ required: true, description: "The newer token, without `Bearer`." }) },
    resolve: (_, { token }, { caller }) =>
      answer(renewalRefusals, async () => {
        if (caller.renew !== undefined) return caller.renew(token);
        throw new ServiceError(
          "BAD_INPUT",
          "Over HTTP each request has its own token: there is nothing to renew.",
        );
      }),
  }),
);

const SessionsRevoked = builder.objectRef<Revocation>("SessionsRevoked").implement({
  description: "A user's sessions are over.",
  fields: (t) => ({
    userId: t.exposeID("userId", { description: "The user." }),
    at: t.field({
      type: "DateTime",
      description: "Tokens that were issued until then are refused.",
      resolve: (it) => it.at,
    }),
  }),
});

const revocationRefusals = [
  "BAD_INPUT",
  "FORBIDDEN",
  "UNAVAILABLE",
] as const satisfies readonly DataErrorCode[];

builder.mutationField("revokeSessions", (t) =>
  t.field({
    type: resultUnion("RevokeSessionsResult", SessionsRevoked, revocationRefusals),
    description: `Ends all sessions of a user: their connections on every replica within 2 s, and their tokens, for good. With a token that
is issued later they may come back. For admins.`,
    args: { userId: t.arg.id({ required: true, description: "The user." }) },
    resolve: (_, { userId }, { sessions, viewer }) =>
      answer(revocationRefusals, async () => {
        requireAdmin(viewer);
        return sessions.revoke(userOf(userId), viewer.userId);
      }),
  }),
);
