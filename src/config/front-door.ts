// The settings of the front door's limits, made of their table: LIMIT_ and the limit's name in upper snake case.
import type { z } from "zod";
import { type LimitName, limitTable, type ServerLimits } from "../server/limits.ts";
import { wholeNumber } from "./values.ts";

export type LimitSettingName = `LIMIT_${string}`;
type LimitSetting = z.ZodDefault<ReturnType<typeof wholeNumber>>;

const settable = (Object.keys(limitTable) as LimitName[]).filter(
  (limit) => limitTable[limit].range !== undefined,
);

/** In the order of the table; `describe` is told what each means. */
export function limitSettings(
  describe: (setting: LimitSetting, meaning: string) => LimitSetting,
): Readonly<Record<LimitSettingName, LimitSetting>> {
  return Object.fromEntries(
    settable.map((limit) => {
      const { value, unit, meaning, range = [value, value] } = limitTable[limit];
      return [settingOf(limit), describe(wholeNumber(...range).default(value), inUnits(unit, meaning))];
    }),
  );
}

/** "LIMIT_BODY_BYTES" of `bodyBytes`. */
export function settingOf(limit: LimitName): LimitSettingName {
  return `LIMIT_${limit.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** What the environment says of the limits. */
export function limitsFrom(environment: Readonly<Record<LimitSettingName, number>>): Partial<ServerLimits> {
  return Object.fromEntries(settable.map((limit) => [limit, environment[settingOf(limit)]]));
}

function inUnits(unit: string, meaning: string): string {
  return unit === "" ? meaning : `${unit}; ${meaning.slice(0, 1).toLowerCase()}${meaning.slice(1)}`;
}
