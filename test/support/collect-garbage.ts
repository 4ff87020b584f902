// What only a collection of garbage shows: that nobody holds a thing any more.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");
setFlagsFromString("--no-expose-gc");

/** All of it, at once. */
export function collectGarbage(): void {
  if (typeof collect !== "function") throw new Error("This runtime collects its garbage alone.");
  collect();
}
