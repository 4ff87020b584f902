// Messages of admins to whoever is connected.
import type { Announcement } from "../core/ports/announcements.ts";
import { announcementOf, announcing } from "./admin-input.ts";
import { builder } from "./builder.ts";
import type { DataErrorCode } from "./errors.ts";
import { answer, resultUnion } from "./result.ts";
import { requireAdmin } from "./rights.ts";

const AnnouncementType = builder.objectRef<Announcement>("Announcement").implement({
  description: "A message of an admin, to everybody or to one user.",
  fields: (t) => ({
    id: t.exposeID("id", { description: "The same for everybody." }),
    message: t.exposeString("message", { description: "Plain text." }),
    userId: t.exposeID("userId", { nullable: true, description: "To whom; null: to everybody." }),
    at: t.field({ type: "DateTime", description: "When it was announced.", resolve: (it) => it.at }),
    until: t.field({
      type: "DateTime",
      description: "Until then whoever comes is told as well.",
      resolve: (it) => it.until,
    }),
  }),
});

const refusals = ["BAD_INPUT", "FORBIDDEN", "UNAVAILABLE"] as const satisfies readonly DataErrorCode[];

builder.mutationField("announce", (t) =>
  t.field({
    type: resultUnion("AnnounceResult", AnnouncementType, refusals),
    description: "Tells everybody who is connected, or one user, within some 2 s. For admins.",
    args: {
      message: t.arg.string({
        required: true,
        description: `Plain text, 1 to ${announcing.messageCharacters} characters.`,
      }),
      userId: t.arg.id({ description: "To whom; everybody when left out." }),
      lasting: t.arg.float({
        defaultValue: announcing.usual,
        description: `Whoever comes within so long is told as well, s; ${announcing.shortest} to ${announcing.longest}.`,
      }),
    },
    resolve: (_, args, { announcements, board, viewer }) =>
      answer(refusals, async () => {
        requireAdmin(viewer);
        const { message, userId, lasting } = announcementOf(args);
        const made = await announcements.announce(message, userId, viewer.userId, lasting * 1_000);
        board.nudge();
        return made;
      }),
  }),
);

builder.subscriptionField("announcements", (t) =>
  t.field({
    type: AnnouncementType,
    description: "What admins announce to everybody, or to the viewer: what stands, then what comes.",
    subscribe: (_, _args, { board, viewer }) => board.follow(viewer),
    resolve: (announcement) => announcement,
  }),
);
