// What the types of the schema alone do not check, of what admins ask.
import { z } from "zod";
import type { AuditFilter } from "../core/ports/audit.ts";
import { check, id, withoutNulls } from "./input.ts";

export const announcing = {
  messageCharacters: 2_000,
  /** s; long enough for every replica to see it. */
  shortest: 30,
  longest: 30 * 24 * 3_600,
  usual: 60,
} as const;

/** Anything but control characters (other than tab and line end), of which terminals and pages would make something. */
const plain = /^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u;

const user = z.string().min(1, "Name a user.").max(128, "A user's id has at most 128 characters.");

const announcement = z.object({
  message: z
    .string()
    .trim()
    .min(1, "Say something.")
    .max(announcing.messageCharacters, `A message has at most ${announcing.messageCharacters} characters.`)
    .regex(plain, "A message is plain text: letters, signs, spaces and line ends."),
  userId: user.nullish().transform((it) => it ?? null),
  lasting: z
    .number()
    .min(announcing.shortest, `Let it stand for at least ${announcing.shortest} s.`)
    .max(announcing.longest, `Let it stand for at most ${announcing.longest} s.`)
    .nullish()
    .transform((it) => it ?? announcing.usual),
});

const auditNames = z.object({
  userId: user.nullish(),
  action: z.string().max(64, "That is no mutation.").nullish(),
  projectId: id.nullish(),
  simulationId: id.nullish(),
});

export function announcementOf(args: unknown): z.output<typeof announcement> {
  return check(announcement, args, "");
}

export function userOf(userId: string): string {
  return check(z.object({ userId: user }), { userId }, "").userId;
}

export function auditFilter(filter: unknown): AuditFilter {
  return withoutNulls(check(auditNames, filter ?? {}, "filter"));
}
