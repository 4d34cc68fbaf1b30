import { JSONExt } from '@lumino/coreutils';
import type { PartialJSONValue } from '@lumino/coreutils';

/** What a notebook says about its pipeline: `metadata.nbflow`. */
export type Options = Readonly<Record<string, unknown>>;

/** Where an option stands, as `['steps', 'fit', 'profile']`. */
export type Where = readonly string[];

/** Options as the metadata have them; none where those are something else. */
export function optionsOf(value: unknown): Options {
  return isOptions(value) ? value : {};
}

/** The value of an option; undefined where there is none. */
export function valueAt(options: Options, where: Where): unknown {
  return where.reduce<unknown>((at, name) => optionsOf(at)[name], options);
}

/** The value of an option that is text. */
export function textAt(options: Options, ...where: string[]): string {
  const value = valueAt(options, where);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The value of an option that is a list of names. */
export function namesAt(options: Options, ...where: string[]): string[] {
  const value = valueAt(options, where);
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
}

/**
 * The options with one of them changed.
 *
 * @param value - undefined removes it, and what is empty without it.
 */
export function withOption(options: Options, where: Where, value: unknown): Options {
  const [name, ...rest] = where;
  if (name === undefined) {
    return options;
  }
  const inside = rest.length === 0 ? value : withOption(optionsOf(options[name]), rest, value);
  const empty = inside === undefined || (rest.length > 0 && isEmpty(inside));
  const others = Object.entries(options).filter(([key]) => key !== name);
  if (empty) {
    return Object.fromEntries(others);
  }
  // A key keeps its place: whoever looks at the notebook's file sees what was changed alone.
  return { ...options, [name]: inside };
}

/** Whether two values say the same. */
export function same(one: unknown, other: unknown): boolean {
  return JSONExt.deepEqual((one ?? null) as PartialJSONValue, (other ?? null) as PartialJSONValue);
}

function isOptions(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return isOptions(value) && Object.keys(value).length === 0;
}
