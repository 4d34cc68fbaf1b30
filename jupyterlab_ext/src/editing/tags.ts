import { matchTag, stepNames } from '../outline/grammar';
import type { TagUse } from '../outline/grammar';
import type { Kind } from '../outline/marks';

/** The options of a step that have one value, as their tags are called. */
export const SINGLE = ['profile', 'image', 'retries', 'timeout', 'cache'] as const;
export type Single = (typeof SINGLE)[number];

const KINDS: readonly string[] = ['parameters', 'setup', 'step', 'skip', 'notebook'];

/** What a cell is to become; null lets its place say it. */
export type Wanted =
  | { readonly kind: 'step'; readonly name: string }
  | { readonly kind: Exclude<Kind, 'step'> }
  | null;

/**
 * The tags of a cell that is to be something else.
 *
 * Tags of other tools, and those about the step, stay as and where they are. A word that means the
 * same stays, too: `imports` of a cell that is to be `setup`.
 *
 * @param word - what a step is tagged with: `step`, or `block` where the notebook does so.
 */
export function withRole(tags: readonly string[], wanted: Wanted, word = 'step'): string[] {
  let placed = wanted === null;
  const kept = rewritten(tags, use => {
    if (!KINDS.includes(use.name)) {
      return use.text;
    }
    if (placed || wanted === null) {
      return null;
    }
    placed = true;
    return says(use, wanted) ? use.text : roleTag(wanted, use.name === 'step' ? use.written : word);
  });
  return wanted === null || placed ? kept : [...kept, roleTag(wanted, word)];
}

/** The value that a cell's tags give an option; null of none. */
export function valueIn(tags: readonly string[], option: Single): string | null {
  const use = tags.map(matchTag).find(one => one?.name === option);
  return use === undefined || use === null ? null : use.text.slice(option.length + 1);
}

/** The tags with this value of an option, and with no other; null takes it away. */
export function withValue(tags: readonly string[], option: Single, value: string | null): string[] {
  let placed = value === null;
  const kept = rewritten(tags, use => {
    if (use.name !== option) {
      return use.text;
    }
    const text = placed ? null : `${option}:${value ?? ''}`;
    placed = true;
    return text;
  });
  return placed || value === null ? kept : [...kept, `${option}:${value}`];
}

/** The steps that a cell's tags name after `prev:`. */
export function namedAfter(tags: readonly string[]): string[] {
  return uses(tags).flatMap(use => (use.name === 'prev' ? (stepNames(use) ?? []) : []));
}

/** The tags without those of the steps after `prev:` that are not wanted. */
export function withoutAfter(tags: readonly string[], wanted: ReadonlySet<string>): string[] {
  return rewritten(tags, use =>
    use.name === 'prev' ? renamed(use, name => (wanted.has(name) ? name : null)) : use.text
  );
}

/** The tags with one more step after `prev:`, in a list where there is one. */
export function withAfter(tags: readonly string[], step: string): string[] {
  const list = uses(tags).find(use => use.name === 'prev' && use.text.includes(';'));
  if (list === undefined) {
    return [...tags, `prev:${step}`];
  }
  const longer = `${list.text.replace(/;$/, '')};${step}`;
  return tags.map(text => (text === list.text ? longer : text));
}

/** The tags with another name of a step, wherever they name it. */
export function withName(tags: readonly string[], from: string, to: string): string[] {
  return rewritten(tags, use =>
    ['step', 'notebook', 'prev'].includes(use.name)
      ? renamed(use, name => (name === from ? to : name))
      : use.text
  );
}

/** The name of a step as tags mean it: `-` is read as `_`. */
export function plain(name: string): string {
  return name.replaceAll('-', '_');
}

/** The name that was probably meant by what somebody typed. */
export function asName(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** Whether a step can have this name. */
export function isName(name: string): boolean {
  const use = matchTag(`step:${name}`);
  return name !== '' && !name.includes(';') && use !== null && stepNames(use) !== null;
}

/** Whether an option can have this value. */
export function isValue(option: Single, value: string): boolean {
  return matchTag(`${option}:${value}`) !== null;
}

function uses(tags: readonly string[]): TagUse[] {
  return tags.map(matchTag).filter(use => use !== null);
}

/** Each tag of ours as it is rewritten, and without those that are to be null. */
function rewritten(tags: readonly string[], rewrite: (use: TagUse) => string | null): string[] {
  return tags.flatMap(text => {
    const use = matchTag(text);
    return use === null ? text : (rewrite(use) ?? []);
  });
}

/** A tag with its steps renamed, and without those of which nothing comes; null without any. */
function renamed(use: TagUse, rename: (name: string) => string | null): string | null {
  const written = (use.values.names ?? '').split(';');
  const names = written.filter(name => name !== '');
  const after = names.map(name => {
    const became = rename(plain(name));
    return became === plain(name) ? name : became;
  });
  if (after.every((name, index) => name === names[index])) {
    return use.text;
  }
  const left = [...new Set(after.filter(name => name !== null))];
  const end = written.length > 1 && written.at(-1) === '' ? ';' : '';
  return left.length === 0 ? null : `${use.written}:${left.join(';')}${end}`;
}

function says(use: TagUse, wanted: Exclude<Wanted, null>): boolean {
  if (use.name !== wanted.kind) {
    return false;
  }
  const names = wanted.kind === 'step' ? stepNames(use) : null;
  return wanted.kind !== 'step' || (names?.length === 1 && names[0] === wanted.name);
}

function roleTag(wanted: Exclude<Wanted, null>, word: string): string {
  return wanted.kind === 'step' ? `${word}:${wanted.name}` : wanted.kind;
}
