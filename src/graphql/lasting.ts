/**
 * What of an item of a subscription never changes: the event, where there is one; undefined: it is about the stream.
 * Fields that show anything else of the item are marked `ofSnapshot`.
 */
export function lasting(item: unknown): unknown {
  return typeof item === "object" && item !== null && "event" in item ? item.event : undefined;
}
