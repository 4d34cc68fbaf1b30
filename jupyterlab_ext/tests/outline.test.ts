import { readMarks, tagsOf, UNMARKED } from '../src/outline/marks';
import { outline, refine } from '../src/outline/outline';
import type { Marked } from '../src/outline/outline';
import OUTLINES from './outlines.json';

function marked(tags: unknown, index: number): Marked {
  const code = tags !== null;
  return { id: `c${index}`, code, marks: code ? readMarks(tagsOf(tags)) : UNMARKED };
}

function places(cells: readonly Marked[]): string[] {
  return [...outline(cells).values()].map(({ role, step }) => `${role} ${step ?? ''}`.trim());
}

test.each(OUTLINES as [unknown[], string[]][])(
  'the cells %j are to the extension what they are to nbflow',
  (cells, expected) => {
    expect(places(cells.map(marked))).toEqual(expected);
  }
);

test('something begins where the step changes, and text interrupts nothing', () => {
  const cells = [['step:a'], null, [], ['skip'], [], ['step:b']].map(marked);
  const begins = [...outline(cells).values()].map(place => place.begins);
  expect(begins).toEqual([true, false, false, true, true, true]);
});

test('a look at the code tells what the cells before the first step are', () => {
  const cells = [['parameters'], [], [], ['step:a']].map(marked);
  const steps = [
    { name: 'start', cells: ['c2'] },
    { name: 'a', cells: ['c3'] }
  ];
  const found = [...refine(outline(cells), { setup: ['c1'], steps }).values()];
  expect(found.map(place => place.role)).toEqual(['parameters', 'setup', 'step', 'step']);
  expect(found.map(place => place.step)).toEqual([null, null, 'start', 'a']);
});

test('what an outdated look told moves no cell whose tags say what it is', () => {
  const cells = [['step:a'], ['setup'], ['skip'], ['step:b']].map(marked);
  const told = { setup: ['c0'], steps: [{ name: 'old', cells: ['c1', 'c2', 'c3'] }] };
  expect(refine(outline(cells), told)).toEqual(outline(cells));
});

test('marks have what the tags say of a step, as written', () => {
  const found = readMarks(['step:fit', 'prev:load-data;clean', 'retries:2', 'limit:cpu:4', 'mine']);
  expect(found).toMatchObject({ kind: 'step', step: 'fit', after: ['load_data', 'clean'] });
  expect(found.options).toEqual(['retries:2', 'limit:cpu:4']);
});

test.each([['retries:many'], ['retries'], ['toString'], ['prev:A'], ['hide-input']])(
  'a tag that means nothing, %s, gives no mark',
  tag => {
    expect(readMarks([tag])).toMatchObject({ kind: null, after: [], options: [] });
  }
);

test.each([[undefined], [null], [7], [{ tags: 'x' }], [[1, null]]])(
  'tags that are no list of words, %j, are none',
  value => {
    expect(tagsOf(value)).toEqual([]);
  }
);
