import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { RunLevel } from "../gen/architech/engine/v1/engine.ts";

/** Tags of EventBatch's fields in engine.proto, all length-delimited. */
const eventsTag = (1 << 3) | 2;
const levelTag = (2 << 3) | 2;
const rollingDigestTag = (3 << 3) | 2;

/** An EventBatch from events that are encoded already: they are encoded once, in the thread of their run. */
export function encodeBatch(
  events: readonly Uint8Array[],
  level: RunLevel | undefined,
  rollingDigest: Uint8Array,
): Buffer {
  const writer = new BinaryWriter();
  for (const event of events) writer.uint32(eventsTag).bytes(event);
  if (level !== undefined) writer.uint32(levelTag).bytes(RunLevel.encode(level).finish());
  writer.uint32(rollingDigestTag).bytes(rollingDigest);
  return Buffer.from(writer.finish());
}
