import { readMarks } from '../outline/marks';
import type { Kind } from '../outline/marks';
import { namesAt, optionsOf, valueAt, withOption } from '../parts/options';
import { cellsOf, namersOf, placesAfter, retagged, stepsOf, wordOf } from './book';
import type { Book, Change, Tagged } from './book';
import {
  namedAfter,
  plain,
  valueIn,
  withAfter,
  withName,
  withRole,
  withValue,
  withoutAfter
} from './tags';
import type { Single } from './tags';

/** The change of a cell that is no step's any more, or belongs to what stands above it. */
export function markAs(book: Book, cell: string, kind: Exclude<Kind, 'step'> | null): Change {
  return retag(book, cell, tags => withRole(tags, kind === null ? null : { kind }));
}

/**
 * Let a cell belong to a step, or begin one.
 *
 * Where no other cell names its step as yet, and the new name is free, that is a new name of its
 * step, and what refers to it goes along.
 */
export function putInStep(book: Book, cell: string, step: string): Change {
  const before = book.places.get(cell)?.step ?? null;
  const namers = before === null ? [] : namersOf(book, before);
  const alone = namers.length > 0 && namers.every(one => one.id === cell);
  if (before !== null && alone && !stepsOf(book).includes(step)) {
    return rename(book, before, step);
  }
  return retag(book, cell, tags => withRole(tags, { kind: 'step', name: step }, wordOf(book)));
}

/** The step of a cell, where a tag names it; null of what nobody has named. */
export function namedStep(book: Book, cell: string): string | null {
  const place = book.places.get(cell);
  const step = place?.role === 'step' ? place.step : null;
  return step !== null && namersOf(book, step).length > 0 ? step : null;
}

/** The step that a cell would belong to if it named none itself; null as of `namedStep`. */
export function stepAbove(book: Book, cell: string): string | null {
  const tags = book.cells.find(one => one.id === cell)?.tags ?? [];
  // Of a cell without a role the server may know more than tags say.
  const marked = readMarks(tags).kind !== null;
  const without = marked ? placesAfter(book, new Map([[cell, withRole(tags, null)]])) : book;
  return namedStep(without, cell);
}

/** What an option of a step is, by a tag or else by the notebook's options; null of none. */
export function optionOf(book: Book, step: string, option: Single): string | null {
  const tagged = cellsOf(book, step).map(cell => valueIn(cell.tags, option));
  const found = tagged.find(value => value !== null);
  if (found !== undefined) {
    return found;
  }
  const value = valueAt(book.options, ['steps', keyOf(book, step), option]);
  switch (typeof value) {
    case 'string':
    case 'number':
      return String(value);
    case 'boolean':
      return value ? 'enabled' : 'disabled';
    default:
      return null;
  }
}

/**
 * Give a step another value of an option, where it has one now: a cell's tag, or the notebook's
 * options. A new one becomes a tag of the step's first cell.
 */
export function setOption(book: Book, step: string, option: Single, value: string | null): Change {
  const cells = cellsOf(book, step);
  const holders = cells.filter(cell => valueIn(cell.tags, option) !== null);
  const where = ['steps', keyOf(book, step), option];
  const inOptions = valueAt(book.options, where) !== undefined;
  // Two places that say the same would say two things from now on.
  const options = inOptions
    ? withOption(book.options, where, holders.length > 0 ? undefined : written(option, value))
    : book.options;
  const [holder] = holders.length > 0 ? holders : inOptions ? [] : homes(book, step);
  const tags = new Map(
    cells.map(cell => [
      cell.id,
      withValue(cell.tags, option, cell.id === holder?.id ? value : null)
    ])
  );
  return { ...retagged(book, tags), options };
}

/** The steps that a step comes after, by tags and options. */
export function afterOf(book: Book, step: string): string[] {
  const tagged = cellsOf(book, step).flatMap(cell => namedAfter(cell.tags));
  return [...new Set([...tagged, ...namesAt(book.options, ...prevAt(book, step)).map(plain)])];
}

/** Let a step come after these, and after no others. */
export function setAfter(book: Book, step: string, steps: readonly string[]): Change {
  const wanted = new Set(steps);
  const known = new Set(afterOf(book, step));
  const tags = new Map(
    cellsOf(book, step).map(cell => [cell.id, withoutAfter(cell.tags, wanted)] as const)
  );
  const [home] = homes(book, step);
  for (const name of steps.filter(one => !known.has(one))) {
    if (home !== undefined) {
      tags.set(home.id, withAfter(tags.get(home.id) ?? home.tags, name));
    }
  }
  const listed = namesAt(book.options, ...prevAt(book, step));
  const kept = listed.filter(name => wanted.has(plain(name)));
  const options =
    kept.length === listed.length
      ? book.options
      : withOption(book.options, prevAt(book, step), kept.length > 0 ? kept : undefined);
  return { ...retagged(book, tags), options };
}

/**
 * Give a step another name, wherever it is named: at its cells, where other steps come after it,
 * and in the notebook's options.
 */
export function rename(book: Book, from: string, to: string): Change {
  const tags = new Map(book.cells.map(cell => [cell.id, withName(cell.tags, from, to)]));
  if (namersOf(book, from).length === 0) {
    nameCells(book, from, to, tags);
  }
  return { ...retagged(book, tags), options: renamedIn(book.options, from, to) };
}

/** A step that no tag names has its name from what it is; now its cells are tagged. */
function nameCells(book: Book, from: string, to: string, tags: Map<string, string[]>): void {
  for (const cell of cellsOf(book, from)) {
    if (placesAfter(book, tags).places.get(cell.id)?.step !== to) {
      const word = wordOf(book);
      tags.set(cell.id, withRole(tags.get(cell.id) ?? [], { kind: 'step', name: to }, word));
    }
  }
}

function renamedIn(options: Book['options'], from: string, to: string): Book['options'] {
  const steps = Object.entries(optionsOf(options.steps));
  if (steps.length === 0) {
    return options;
  }
  const renamed = steps.map(([name, said]) => {
    const names = namesAt({ said }, 'said', 'prev');
    const other = names.some(one => plain(one) === from)
      ? { ...(said as object), prev: names.map(one => (plain(one) === from ? to : one)) }
      : said;
    return [plain(name) === from ? to : name, other] as const;
  });
  return { ...options, steps: Object.fromEntries(renamed) };
}

/** Where new tags about a step go: the first cell that names it, else its first one. */
function homes(book: Book, step: string): Tagged[] {
  const named = namersOf(book, step);
  return named.length > 0 ? named : cellsOf(book, step);
}

/** The name of a step as the options write it. */
function keyOf(book: Book, step: string): string {
  const names = Object.keys(optionsOf(book.options.steps));
  return names.find(name => plain(name) === step) ?? step;
}

function prevAt(book: Book, step: string): string[] {
  return ['steps', keyOf(book, step), 'prev'];
}

/** A tag's value as options have it. */
function written(option: Single, value: string | null): unknown {
  if (value === null) {
    return undefined;
  }
  switch (option) {
    case 'retries':
      return Number(value);
    case 'cache':
      return value === 'enabled';
    default:
      return value;
  }
}

function retag(book: Book, cell: string, change: (tags: readonly string[]) => string[]): Change {
  const found = book.cells.find(one => one.id === cell);
  return retagged(book, new Map(found === undefined ? [] : [[cell, change(found.tags)]]));
}
