// What attributes may be: each check throws on anything else. The rules for strings are in rules.ts.
import { follows, type Rule } from "./rules.ts";

/** What a step asks to write down. */
export interface StepRecord {
  label: string;
  unit: string;
}

export type Check = (value: unknown) => void;

function fail(what: string): never {
  throw new RangeError(what);
}
export const by =
  (rule: Rule): Check =>
  (value) => {
    if (!follows(rule, value)) fail(`not ${rule}`);
  };
export const isFlag: Check = (value) => {
  if (typeof value !== "boolean") fail("neither true nor false");
};
export const within =
  (least: number, most: number): Check =>
  (value) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) fail("out of range");
  };
export const oneOf =
  (words: readonly string[]): Check =>
  (value) => {
    if (!words.includes(value as string)) fail("not one of the words");
  };
export const orNull =
  (check: Check): Check =>
  (value) => {
    if (value !== null) check(value);
  };
export const isRecord: Check = (value) => {
  if (typeof value !== "object" || value === null) fail("no record");
  const { label, unit, ...rest } = value as Partial<StepRecord>;
  by("needed_line")(label);
  by("line")(unit);
  if (Object.keys(rest).length > 0) fail("no record");
};
export const isWidths: Check = (value) => {
  if (!Array.isArray(value) || value.length === 0) fail("no widths");
  value.forEach(within(0, 10_000));
};
