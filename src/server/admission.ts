// The plugin that lets an operation in, on every transport: its user can pay for it, and has no more subscriptions
// than may be. Whoever has spent their budget is refused before the document is read.
import { type DocumentNode, GraphQLError, getOperationAST } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { Identity } from "../core/ports/identity.ts";
import { limitKey } from "./client-address.ts";
import { refusedCost } from "./cost.ts";
import type { Held } from "./held.ts";
import type { HeldLimit } from "./holdings.ts";
import type { Bounds } from "./limits.ts";
import type { OperationContext } from "./operation-context.ts";
import type { Rates } from "./rates.ts";

export interface AdmissionOptions {
  readonly isOver: Identity["isOver"];
  readonly rates: Rates;
  readonly held: Held;
  readonly bounds: Bounds;
}

export function operationAdmission({
  isOver,
  rates,
  held,
  bounds,
}: AdmissionOptions): Plugin<OperationContext> {
  function subscribe({ seat, caller, viewer: { userId } }: OperationContext): void {
    const wanted: (readonly [HeldLimit, string])[] = [["subscriptionsPerUser", userId]];
    if (caller.transport === "http") {
      wanted.push(["streamsPerUser", userId], ["streamsPerAddress", limitKey(caller.address)]);
    }
    for (const [limit, holder] of wanted) {
      const giveBack = held[limit].take(holder);
      if (giveBack === undefined) {
        bounds.hit(limit);
        throw tooMany(limit, bounds.limits[limit]);
      }
      seat.hold(giveBack);
    }
  }

  return {
    onParse({ context }) {
      const { userId } = context.viewer;
      const wait = rates.wait("user", userId);
      if (wait > 0) throw rates.refusal("user", wait);
      return ({ result }) => {
        if (result instanceof Error) rates.note("user", userId, refusedCost);
        else context.seat.subscribes = isSubscription(result, context.params?.operationName);
      };
    },
    onValidate({ context }) {
      return ({ valid }) => {
        if (!valid) rates.note("user", context.viewer.userId, context.seat.cost);
      };
    },
    async onContextBuilding({ context }) {
      const { viewer, seat, caller } = context;
      const wait = await rates.spend("user", viewer.userId, seat.cost);
      if (wait > 0) throw rates.refusal("user", wait);
      // The request may have come slowly, and its session have ended meanwhile. A socket is closed by its own.
      if (caller.transport === "http" && isOver(caller.session)) throw sessionEnded();
      if (context.seat.subscribes) subscribe(context);
    },
  };
}

function isSubscription(document: DocumentNode, operationName: string | null | undefined): boolean {
  return getOperationAST(document, operationName)?.operation === "subscription";
}

function sessionEnded(): GraphQLError {
  return new GraphQLError("The session has ended: sign in again.", {
    extensions: { code: "UNAUTHENTICATED", http: { status: 401, headers: { "www-authenticate": "Bearer" } } },
  });
}

function tooMany(limit: HeldLimit, maximum: number): GraphQLError {
  const what = limit === "subscriptionsPerUser" ? "subscriptions" : "event streams";
  const message = `There are ${maximum} ${what} already, which is the most: end one first.`;
  return new GraphQLError(message, {
    extensions: { code: "LIMIT_EXCEEDED", limit, maximum, http: { status: 429 } },
  });
}
