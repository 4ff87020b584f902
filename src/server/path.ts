import type { IncomingMessage } from "node:http";

/** The path as the client wrote it: what cannot be a URL ("//") is a path like any other, and nothing is there. */
export function pathOf({ url }: IncomingMessage): string {
  const end = url?.indexOf("?") ?? -1;
  return (end < 0 ? url : url?.slice(0, end)) ?? "/";
}
