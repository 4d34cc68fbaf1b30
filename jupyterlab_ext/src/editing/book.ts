import type { INotebookModel } from '@jupyterlab/notebook';

import { readMarks, tagsOf } from '../outline/marks';
import { outline } from '../outline/outline';
import type { Place } from '../outline/outline';
import { optionsOf } from '../parts/options';
import type { Options } from '../parts/options';

/** Where a notebook's options stand in its metadata. */
export const KEY = 'nbflow';

/** A cell as far as its tags go. */
export interface Tagged {
  readonly id: string;
  readonly code: boolean;
  readonly tags: readonly string[];
  readonly source: string;
}

/** What of a notebook is edited here: tags and options, with what each cell is. */
export interface Book {
  readonly cells: readonly Tagged[];
  readonly options: Options;
  readonly places: ReadonlyMap<string, Place>;
}

/** What becomes of a notebook: the new tags of cells by their ids, and the new options. */
export interface Change {
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly options: Options;
  /** The new code of cells by their ids. */
  readonly sources: ReadonlyMap<string, string>;
  /** Ids of cells that go. */
  readonly gone: readonly string[];
}

/** Read an open notebook. */
export function bookOf(model: INotebookModel, places: ReadonlyMap<string, Place>): Book {
  const cells = Array.from(model.cells, cell => ({
    id: cell.id,
    code: cell.type === 'code',
    tags: tagsOf(cell.getMetadata('tags')),
    source: cell.sharedModel.getSource()
  }));
  return { cells, options: optionsOf(model.getMetadata(KEY)), places };
}

/** The cells of a step, from top to bottom. */
export function cellsOf(book: Book, step: string): Tagged[] {
  return book.cells.filter(({ id }) => {
    const place = book.places.get(id);
    return place?.role === 'step' && place.step === step;
  });
}

/** The cells whose own tags name a step. */
export function namersOf(book: Book, step: string): Tagged[] {
  return book.cells.filter(({ code, tags }) => code && readMarks(tags).step === step);
}

/** The names of all steps, from top to bottom. */
export function stepsOf(book: Book): string[] {
  const steps = [...book.places.values()].flatMap(({ role, step }) =>
    role === 'step' && step !== null ? step : []
  );
  return [...new Set(steps)];
}

/** The word that the notebook tags steps with: `block` where it is one of older Kale's. */
export function wordOf(book: Book): string {
  const all = book.cells.flatMap(cell => cell.tags);
  const block = all.some(tag => tag.startsWith('block:') && tag !== 'block:');
  return block && !all.some(tag => tag.startsWith('step:') && tag !== 'step:') ? 'block' : 'step';
}

/** A change of tags alone; those that stay as they are are left out. */
export function retagged(book: Book, tags: ReadonlyMap<string, readonly string[]>): Change {
  const changed = book.cells.flatMap((cell): [string, readonly string[]][] => {
    const after = tags.get(cell.id);
    return after === undefined || equal(after, cell.tags) ? [] : [[cell.id, after]];
  });
  return { tags: new Map(changed), options: book.options, sources: new Map(), gone: [] };
}

/** The notebook's cells after a change, with what each is by its tags. */
export function placesAfter(book: Book, tags: ReadonlyMap<string, readonly string[]>): Book {
  const cells = book.cells.map(cell => ({ ...cell, tags: tags.get(cell.id) ?? cell.tags }));
  const places = outline(cells.map(cell => ({ ...cell, marks: readMarks(cell.tags) })));
  return { ...book, cells, places };
}

function equal(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
