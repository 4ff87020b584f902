// What becomes of sockets, counted.
import type { LabelsOf } from "../core/metrics.ts";
import type { Meter } from "../core/ports/meter.ts";

export interface SocketObserver {
  opened(): void;
  /** With that status of HTTP. */
  refused(status: number): void;
  closed(code: number): void;
  /** So many messages, of so many bytes, were handed to the socket. */
  sent(frames: number, bytes: number): void;
}

export function socketObserver(meter: Meter): SocketObserver {
  const frames = meter.counter("simulations_frames_sent_total", { transport: "websocket" });
  const characters = meter.counter("simulations_frame_characters_sent_total", { transport: "websocket" });
  return {
    opened: () => meter.count("simulations_socket_upgrades_total", { outcome: "opened" }),
    refused: (status) => meter.count("simulations_socket_upgrades_total", { outcome: outcomeOf(status) }),
    closed: (code) => meter.count("simulations_socket_closes_total", { reason: reasonOf(code) }),
    sent(count, length) {
      frames.add(count);
      characters.add(length);
    },
  };
}

const outcomes: ReadonlyMap<number, LabelsOf<"simulations_socket_upgrades_total">["outcome"]> = new Map([
  [404, "not-found"],
  [421, "unknown-host"],
  [403, "forbidden-origin"],
  [429, "limited"],
  [503, "unavailable"],
]);

function outcomeOf(status: number) {
  return outcomes.get(status) ?? "other";
}

const reasons: ReadonlyMap<number, LabelsOf<"simulations_socket_closes_total">["reason"]> = new Map([
  [1000, "normal"],
  [1001, "normal"],
  [1005, "normal"],
  [1006, "lost"],
  [1012, "restart"],
  [1008, "limits"],
  [1009, "limits"],
  [1013, "try-again"],
  [4408, "limits"],
  [4420, "limits"],
  [4429, "limits"],
  [1002, "protocol"],
  [1003, "protocol"],
  [1007, "protocol"],
  [4400, "protocol"],
  [4406, "protocol"],
  [4409, "protocol"],
  [4401, "refused"],
  [4403, "refused"],
  [1011, "internal"],
  [4500, "internal"],
]);

function reasonOf(code: number) {
  return reasons.get(code) ?? "other";
}
