import type { TranslationBundle } from '@jupyterlab/translation';

import type { Parameter } from '../generated/answers';

/** How a parameter is asked for. */
export type Control = 'choice' | 'flag' | 'number' | 'text' | 'json';

/** What a form's field holds: text as it is written, or a mark that is set or not. */
export type Written = string | boolean;

/** The value of a field, or what is wrong with it. */
export type Read = { readonly value: unknown } | { readonly fault: string };

/** How this parameter is asked for. */
export function controlOf(parameter: Parameter): Control {
  if (choicesOf(parameter).length > 0) {
    return 'choice';
  }
  switch (parameter.type) {
    case 'bool':
      return 'flag';
    case 'int':
    case 'float':
      return 'number';
    case 'str':
      return 'text';
    default:
      return 'json';
  }
}

/** The values that are allowed, where they are listed. */
export function choicesOf({ schema }: Parameter): unknown[] {
  return Array.isArray(schema.enum) ? schema.enum : [];
}

/** The default, as its field holds it; empty of one that is computed. */
export function defaultOf(parameter: Parameter): Written {
  const value = parameter.computed === null ? parameter.default : undefined;
  if (controlOf(parameter) === 'flag' && !parameter.nullable) {
    return value === true;
  }
  return written(parameter, value);
}

/** A value as its field holds it. */
export function written(parameter: Parameter, value: unknown): string {
  if (value === undefined || (value === null && controlOf(parameter) !== 'json')) {
    return '';
  }
  return typeof value === 'string' && controlOf(parameter) !== 'json'
    ? value
    : JSON.stringify(value);
}

/** What a field says; an empty one says `null` where that is allowed. */
export function read(parameter: Parameter, held: Written, trans: TranslationBundle): Read {
  if (typeof held === 'boolean') {
    return { value: held };
  }
  const control = controlOf(parameter);
  if (held.trim() === '' && (control !== 'text' || parameter.nullable)) {
    return parameter.nullable || parameter.computed !== null
      ? { value: null }
      : { fault: trans.__('Give a value.') };
  }
  const found = parsed(parameter, control, held, trans);
  return 'fault' in found ? found : (checked(parameter, found.value, trans) ?? found);
}

/** The values that are not the defaults; null where one of them is wrong. */
export function givenIn(
  parameters: readonly Parameter[],
  held: (parameter: Parameter) => Written,
  trans: TranslationBundle
): Record<string, unknown> | null {
  const values: Record<string, unknown> = {};
  for (const parameter of parameters) {
    if (held(parameter) !== defaultOf(parameter)) {
      const found = read(parameter, held(parameter), trans);
      if ('fault' in found) {
        return null;
      }
      values[parameter.name] = found.value;
    }
  }
  return values;
}

/** How many of the values are wrong. */
export function wrongIn(
  parameters: readonly Parameter[],
  held: (parameter: Parameter) => Written,
  trans: TranslationBundle
): number {
  return parameters.filter(one => 'fault' in read(one, held(one), trans)).length;
}

function parsed(
  parameter: Parameter,
  control: Control,
  held: string,
  trans: TranslationBundle
): Read {
  if (control === 'choice') {
    const choice = choicesOf(parameter).find(one => written(parameter, one) === held);
    return choice === undefined
      ? { fault: trans.__('Choose one of the list.') }
      : { value: choice };
  }
  if (parameter.type === 'int') {
    return /^-?\d+$/.test(held.trim())
      ? { value: whole(held.trim()) }
      : { fault: trans.__('Write a whole number.') };
  }
  if (parameter.type === 'float') {
    return float(held.trim(), trans);
  }
  if (control === 'text') {
    return { value: held };
  }
  return fromJson(parameter, held, trans);
}

/** Browsers round beyond 2^53; there digits are sent. */
function whole(digits: string): number | string {
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
}

function float(text: string, trans: TranslationBundle): Read {
  if (/^(-?Infinity|NaN)$/.test(text)) {
    return { value: text };
  }
  const number = Number(text);
  return Number.isFinite(number) ? { value: number } : { fault: trans.__('Write a number.') };
}

function fromJson(parameter: Parameter, held: string, trans: TranslationBundle): Read {
  let value: unknown;
  try {
    value = JSON.parse(held);
  } catch {
    return { fault: trans.__('Write JSON, such as [1, 2] or {"a": 1}; text in double quotes.') };
  }
  const listed = parameter.type === 'list' || parameter.type === 'tuple';
  if (listed && !Array.isArray(value)) {
    return { fault: trans.__('Write a list, such as [1, 2].') };
  }
  const mapped = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (parameter.type === 'dict' && !mapped) {
    return { fault: trans.__('Write an object, such as {"a": 1}.') };
  }
  return { value };
}

/** What is wrong with a value by the bounds that the notebook sets; null where nothing is. */
function checked({ schema }: Parameter, value: unknown, trans: TranslationBundle): Read | null {
  const bound = (name: string): number | null =>
    typeof schema[name] === 'number' ? schema[name] : null;
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : null;
  const faults: [number | null, (limit: number) => boolean, (limit: number) => string][] = [];
  if (typeof value === 'number') {
    faults.push(
      [bound('minimum'), at => value < at, at => trans.__('At least %1.', at)],
      [bound('maximum'), at => value > at, at => trans.__('At most %1.', at)],
      [bound('exclusiveMinimum'), at => value <= at, at => trans.__('More than %1.', at)],
      [bound('exclusiveMaximum'), at => value >= at, at => trans.__('Less than %1.', at)]
    );
  }
  if (size !== null) {
    const of = typeof value === 'string' ? 'Length' : 'Items';
    faults.push(
      [bound(`min${of}`), at => size < at, at => trans.__('At least %1 long.', at)],
      [bound(`max${of}`), at => size > at, at => trans.__('At most %1 long.', at)]
    );
  }
  for (const [limit, broken, words] of faults) {
    if (limit !== null && broken(limit)) {
      return { fault: words(limit) };
    }
  }
  return null;
}
