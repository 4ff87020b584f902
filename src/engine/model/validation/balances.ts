import { Balance } from "../../../gen/architech/engine/v1/engine.ts";
import type { Problems } from "./problems.ts";

const BALANCES = new Map<Balance, string>([
  [Balance.BALANCE_ROUND_ROBIN, "balance.round-robin"],
  [Balance.BALANCE_RANDOM, "balance.random"],
  [Balance.BALANCE_LEAST_REQUEST, "balance.least-request"],
  [Balance.BALANCE_POWER_OF_TWO, "balance.power-of-two"],
  [Balance.BALANCE_HASH, "balance.hash"],
  [Balance.BALANCE_CENTRAL_QUEUE, "balance.central-queue"],
]);

/** Also of a one-of step, which has no queue to be central. */
export function checkBalance(problems: Problems, path: string, balance: Balance): void {
  const name = BALANCES.get(balance);
  if (balance === Balance.BALANCE_UNSPECIFIED) problems.required(path, "A balance is needed.");
  else if (name === undefined) problems.range(path, `${balance} is no balance.`);
  else problems.feature(name, path);
}
