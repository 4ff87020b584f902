import { describe } from "vitest";
import { attempts } from "./contract/attempts.ts";
import { ending } from "./contract/ending.ts";
import { faults } from "./contract/faults.ts";
import { lookingUp } from "./contract/looking-up.ts";
import { pacing } from "./contract/pacing.ts";
import { replay } from "./contract/replay.ts";
import { starting } from "./contract/starting.ts";
import { streaming } from "./contract/streaming.ts";
import { windowAndOwner } from "./contract/window-and-owner.ts";

/**
 * The engine contract as tests, sentence by sentence, against whatever engine listens at the address: a
 * deterministic one with live faults and room for some 20 runs. Every test uses an installation of its own.
 */
export function engineContract(name: string, addressOf: () => string): void {
  describe(name, () => {
    describe("Start", () => starting(addressOf));
    describe("attempts, tokens and tombstones", () => attempts(addressOf));
    describe("Subscribe", () => streaming(addressOf));
    describe("Pause, Resume and SetSpeed", () => pacing(addressOf));
    describe("Stop", () => ending(addressOf));
    describe("InjectFault", () => faults(addressOf));
    describe("replay", () => replay(addressOf));
    describe("Acknowledge and the owner's sign of life", () => windowAndOwner(addressOf));
    describe("Get, List, Forget, GetCapabilities and health", () => lookingUp(addressOf));
  });
}
