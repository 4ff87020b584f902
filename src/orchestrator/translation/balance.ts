import { Balance } from "../../gen/architech/engine/v1/engine.ts";

/** The design's words for how a request finds one of several targets. */
export type Policy = "round-robin" | "random" | "least-request" | "power-of-two" | "hash";

const BALANCES: Record<Policy | "central-queue", Balance> = {
  "round-robin": Balance.BALANCE_ROUND_ROBIN,
  random: Balance.BALANCE_RANDOM,
  "least-request": Balance.BALANCE_LEAST_REQUEST,
  "power-of-two": Balance.BALANCE_POWER_OF_TWO,
  hash: Balance.BALANCE_HASH,
  "central-queue": Balance.BALANCE_CENTRAL_QUEUE,
};

export function balanceOf(policy: Policy | "central-queue"): Balance {
  return BALANCES[policy];
}
