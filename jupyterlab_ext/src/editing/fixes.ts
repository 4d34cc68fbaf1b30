import type { Fix } from '../generated/answers';
import { optionsOf, same } from '../parts/options';
import type { Options } from '../parts/options';
import { KEY, retagged } from './book';
import type { Book, Change } from './book';

/**
 * What a fix of a finding makes of a notebook.
 *
 * Null where the notebook is another one by now than the finding was made in: a new one comes soon.
 *
 * @param about - the content that the finding was made in; null where that is not known.
 */
export function changeOf(
  book: Book,
  fix: Fix,
  about: Readonly<Record<string, unknown>> | null
): Change | null {
  const tags = new Map<string, readonly string[]>();
  for (const { cell, tag, becomes } of fix.tags) {
    const now = tags.get(cell) ?? book.cells.find(one => one.id === cell)?.tags;
    if (now === undefined || (tag !== null && !now.includes(tag))) {
      return null;
    }
    const after = tag === null ? [...now, becomes] : now.map(one => (one === tag ? becomes : one));
    tags.set(cell, [...new Set(after.filter(one => one !== null))]);
  }
  if (fix.removed.some(id => !book.cells.some(cell => cell.id === id))) {
    return null;
  }
  const sources = new Map<string, string>();
  for (const { cell, line, word, becomes } of fix.words) {
    const now = sources.get(cell) ?? book.cells.find(one => one.id === cell)?.source;
    const after = now === undefined ? null : respelt(now, line, word, becomes);
    if (after === null) {
      return null;
    }
    sources.set(cell, after);
  }
  const seen = optionsOf(optionsOf(about?.metadata)[KEY]);
  if (Object.keys(fix.options).length > 0 && !same(seen, book.options)) {
    return null;
  }
  const options = merged(book.options, fix.options);
  return { ...retagged(book, tags), options, sources, gone: fix.removed };
}

/** Code with another word in a line; null where the line has not that word once. */
function respelt(source: string, line: number, word: string, becomes: string): string | null {
  const lines = source.split('\n');
  const parts = lines[line - 1]?.split(wordPattern(word)) ?? [];
  return parts.length === 2 ? lines.with(line - 1, parts.join(becomes)).join('\n') : null;
}

function wordPattern(word: string): RegExp {
  const letter = '[\\p{L}\\p{N}_]';
  return new RegExp(`(?<!${letter})${word}(?!${letter})`, 'u');
}

/** Options with a change: null removes, objects are merged, and what is empty then goes. */
function merged(options: Options, patch: Options): Options {
  const result = new Map(Object.entries(options));
  for (const [name, value] of Object.entries(patch)) {
    const inside = optionsOf(value);
    const deep = Object.keys(inside).length > 0;
    const after = deep ? merged(optionsOf(options[name]), inside) : value;
    if (after === null || (deep && Object.keys(optionsOf(after)).length === 0)) {
      result.delete(name);
    } else {
      result.set(name, after);
    }
  }
  return Object.fromEntries(result);
}
