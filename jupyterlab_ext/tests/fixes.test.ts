import { changeOf } from '../src/editing/fixes';
import { apply } from '../src/editing/history';
import type { Fix } from '../src/generated/answers';
import { contentOf } from '../src/pipeline/content';
import { Written } from './notebooks';

const NOTHING: Fix = { title: '', tags: [], options: {}, words: [], removed: [] };

/** Mend a notebook that was looked at as it is; whether something came of it. */
function mend(written: Written, fix: Partial<Fix>, about = contentOf(written.model)): boolean {
  const change = changeOf(written.book, { ...NOTHING, ...fix }, about);
  if (change !== null) {
    apply(written.model, change);
  }
  return change !== null;
}

test('tags are written, added and removed where they are', () => {
  const written = new Written('a stpe:load b', 'step:fit retries:1');
  const done = mend(written, {
    tags: [
      { cell: 'c0', tag: 'stpe:load', becomes: 'step:load' },
      { cell: 'c1', tag: 'retries:1', becomes: null },
      { cell: 'c1', tag: null, becomes: 'prev:load' }
    ]
  });
  expect([done, written.tags]).toEqual([true, ['a step:load b', 'step:fit prev:load']]);
  written.model.sharedModel.undo();
  expect(written.tags).toEqual(['a stpe:load b', 'step:fit retries:1']);
});

test('options are changed beside what else they say, and what is empty goes', () => {
  const written = new Written('step:fit');
  written.say({ name: 'a', steps: { fti: { retries: 1 } }, parameters: { x: {} } });
  mend(written, { options: { steps: { fti: null, fit: { retries: 1 } } } });
  expect(written.options).toEqual({
    ...{ name: 'a', steps: { fit: { retries: 1 } }, parameters: { x: {} } }
  });
  mend(written, { options: { parameters: { x: null } } });
  expect(written.options).toEqual({ name: 'a', steps: { fit: { retries: 1 } } });
  written.model.sharedModel.undo();
  written.model.sharedModel.undo();
  expect(written.options).toEqual({
    ...{ name: 'a', steps: { fti: { retries: 1 } }, parameters: { x: {} } }
  });
});

test('a word of the code is written, where its line has it once', () => {
  const written = new Written('step:a', 'step:b');
  const { sharedModel } = written.model.cells.get(1);
  const code = (): string => sharedModel.getSource();
  sharedModel.setSource('tree = 1\nprint(größe_tree, tree.x)\ntree + tree');
  const word = { cell: 'c1', line: 2, word: 'tree', becomes: 'trees' };
  expect(mend(written, { words: [word] })).toBe(true);
  expect(code()).toBe('tree = 1\nprint(größe_tree, trees.x)\ntree + tree');
  written.model.sharedModel.undo();
  expect(code()).toBe('tree = 1\nprint(größe_tree, tree.x)\ntree + tree');
  for (const wrong of [{ line: 3 }, { line: 4 }, { word: 'bush' }, { cell: 'c9' }]) {
    expect(mend(written, { words: [{ ...word, ...wrong }] })).toBe(false);
  }
});

test('a cell is deleted, and comes back with undo', () => {
  const written = new Written('step:a', 'injected-parameters', '');
  mend(written, { removed: ['c1'] });
  expect(written.tags).toEqual(['step:a', '']);
  written.model.sharedModel.undo();
  expect(written.tags).toEqual(['step:a', 'injected-parameters', '']);
});

test('what was found in another notebook than this one by now changes nothing', () => {
  const written = new Written('step:a');
  const about = contentOf(written.model);
  written.say({ name: 'b' });
  const gone = { cell: 'c0', tag: 'step:b', becomes: null };
  expect(mend(written, { tags: [gone] }, about)).toBe(false);
  expect(mend(written, { tags: [{ ...gone, cell: 'c9' }] }, about)).toBe(false);
  expect(mend(written, { removed: ['c9'] }, about)).toBe(false);
  expect(mend(written, { options: { team: 'churn' } }, about)).toBe(false);
  expect([written.tags, written.options]).toEqual([['step:a'], { name: 'b' }]);
});
