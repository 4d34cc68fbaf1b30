import {
  afterOf,
  markAs,
  optionOf,
  putInStep,
  rename,
  setAfter,
  setOption
} from '../src/editing/steps';
import { asName, isName } from '../src/editing/tags';
import { Written } from './notebooks';

test.each([
  ['hide-input', 'skip', 'hide-input skip'],
  ['a step:fit b retries:2', 'setup', 'a setup b retries:2'],
  ['imports', 'setup', 'imports'],
  ['step:fit skip step:fit', 'parameters', 'parameters'],
  ['a skip b', null, 'a b'],
  ['skip', null, ''],
  ['step:', 'skip', 'skip'],
  ['pipeline-metrics', 'skip', 'pipeline-metrics skip']
] as const)('a cell tagged %j becomes %j as %j', (before, kind, after) => {
  const written = new Written(before);
  written.do(book => markAs(book, 'c0', kind));
  expect(written.tags).toEqual([after]);
});

test('a cell without tags has none written', () => {
  const written = new Written('skip');
  written.do(book => markAs(book, 'c0', null));
  expect(written.model.cells.get(0).getMetadata('tags')).toBeUndefined();
});

test('a cell is put in a step, or begins one', () => {
  const written = new Written('step:load', '', 'step:fit');
  written.do(book => putInStep(book, 'c1', 'fit'));
  written.do(book => putInStep(book, 'c2', 'judge'));
  expect(written.tags).toEqual(['step:load', 'step:fit', 'step:judge']);
});

test('the name of a step that no other cell names is that of the step: what refers to it follows', () => {
  const written = new Written('step:load', 'step:fit prev:load');
  written.do(book => putInStep(book, 'c0', 'read'));
  expect(written.tags).toEqual(['step:read', 'step:fit prev:read']);
});

test('in a notebook of older Kale’s steps are blocks', () => {
  const written = new Written('block:load', '', 'block:fit prev:load');
  written.do(book => putInStep(book, 'c1', 'sum_up'));
  written.do(book => putInStep(book, 'c2', 'train'));
  expect(written.tags).toEqual(['block:load', 'block:sum_up', 'block:train prev:load']);
});

test('an option changes where it stands: at a cell, or in the notebook’s options', () => {
  const written = new Written('step:fit x', 'retries:1 y', 'retries:1');
  written.say({ steps: { fit: { profile: 'small', cache: true } } });
  written.do(book => setOption(book, 'fit', 'retries', '2'));
  written.do(book => setOption(book, 'fit', 'profile', 'gpu'));
  written.do(book => setOption(book, 'fit', 'timeout', '30m'));
  written.do(book => setOption(book, 'fit', 'cache', 'disabled'));
  expect(written.tags).toEqual(['step:fit x timeout:30m', 'retries:2 y', '']);
  expect(written.options).toEqual({ steps: { fit: { profile: 'gpu', cache: false } } });
  expect(optionOf(written.book, 'fit', 'cache')).toBe('disabled');
  written.do(book => setOption(book, 'fit', 'profile', null));
  written.do(book => setOption(book, 'fit', 'cache', null));
  written.do(book => setOption(book, 'fit', 'retries', null));
  expect([written.tags[1], written.options]).toEqual(['y', undefined]);
});

test('an option that stands in both places stands in one afterwards', () => {
  const written = new Written('step:fit retries:1');
  written.say({ name: 'a', steps: { fit: { retries: 3 } } });
  written.do(book => setOption(book, 'fit', 'retries', '2'));
  expect([written.tags, written.options]).toEqual([['step:fit retries:2'], { name: 'a' }]);
});

test('an order is told by all cells of a step, and by options', () => {
  const written = new Written('step:a', 'step:b', 'step:c', 'step:d prev:a;b', 'prev:c z');
  written.say({ steps: { d: { prev: ['b', 'c'] } } });
  expect(afterOf(written.book, 'd')).toEqual(['a', 'b', 'c']);
  written.do(book => setAfter(book, 'd', ['a', 'b']));
  expect(written.tags.slice(3)).toEqual(['step:d prev:a;b', 'z']);
  expect(written.options).toEqual({ steps: { d: { prev: ['b'] } } });
  written.do(book => setAfter(book, 'd', ['a', 'c']));
  expect(written.tags.slice(3)).toEqual(['step:d prev:a prev:c', 'z']);
  expect(written.options).toBeUndefined();
  written.do(book => setAfter(book, 'd', []));
  expect(written.tags.slice(3)).toEqual(['step:d', 'z']);
});

test('a list of steps stays one', () => {
  const written = new Written('step:a', 'step:b', 'step:c', 'step:d prev:a;b');
  written.do(book => setAfter(book, 'd', ['a', 'b', 'c']));
  expect(written.tags[3]).toBe('step:d prev:a;b;c');
});

test('a step is renamed wherever it is named, and nothing else', () => {
  const written = new Written(
    'step:load-all x',
    'block:load_all',
    null,
    'step:fit prev:load-all;other',
    'step:load_all_rows prev:fit'
  );
  written.say({
    name: 'load_all',
    steps: { 'load-all': { retries: 1 }, fit: { prev: ['load_all', 'other'], timeout: '1h' } }
  });
  written.do(book => rename(book, 'load_all', 'read'));
  expect(written.tags).toEqual([
    'step:read x',
    'block:read',
    '',
    'step:fit prev:read;other',
    'step:load_all_rows prev:fit'
  ]);
  expect(written.options).toEqual({
    name: 'load_all',
    steps: { read: { retries: 1 }, fit: { prev: ['read', 'other'], timeout: '1h' } }
  });
  expect(Object.keys((written.options as { steps: object }).steps)).toEqual(['read', 'fit']);
});

test('a step that no tag names is named by tags, with the cells that it has', () => {
  const written = new Written('', 'imports', '', 'parameters', '');
  written.do(book => rename(book, 'main', 'all'));
  expect(written.tags).toEqual(['step:all', 'imports', 'step:all', 'parameters', '']);
});

test('one undo takes a rename back, cells and options, and one redo does it again', () => {
  const written = new Written('step:load', 'step:fit prev:load', 'prev:load');
  const options = { steps: { load: { retries: 1 }, fit: { profile: 'gpu' } }, name: 'a' };
  written.say(options);
  const before = written.tags;
  written.model.cells.get(0).sharedModel.setSource('y = 2');
  written.do(book => rename(book, 'load', 'read'));
  const after = [written.tags, written.options];
  expect(after[0]).toEqual(['step:read', 'step:fit prev:read', 'prev:read']);
  for (let times = 0; times < 2; times++) {
    written.model.sharedModel.undo();
    expect([written.tags, written.options]).toEqual([before, options]);
    written.model.sharedModel.redo();
    expect([written.tags, written.options]).toEqual(after);
  }
  // What was typed just before is no part of it.
  expect(written.model.cells.get(0).sharedModel.getSource()).toBe('y = 2');
});

test('what somebody has chosen since stays when a change is undone', () => {
  const written = new Written('step:load');
  written.say({ steps: { load: { retries: 1, profile: 'gpu' } } });
  written.do(book => setOption(book, 'load', 'retries', '2'));
  written.say({ steps: { load: { retries: 2, profile: 'small' } }, name: 'a' });
  written.model.sharedModel.undo();
  expect(written.options).toEqual({ steps: { load: { retries: 1, profile: 'small' } }, name: 'a' });
});

test('a change of options alone can be undone, too', () => {
  const written = new Written('');
  written.say({ steps: { main: { retries: 1 } } });
  written.do(book => setOption(book, 'main', 'retries', '2'));
  expect(written.options).toEqual({ steps: { main: { retries: 2 } } });
  written.model.sharedModel.undo();
  expect(written.options).toEqual({ steps: { main: { retries: 1 } } });
  written.model.sharedModel.redo();
  expect(written.options).toEqual({ steps: { main: { retries: 2 } } });
});

test('a change that changes nothing is none to undo', () => {
  const written = new Written('step:load');
  written.do(book => rename(book, 'other', 'read'));
  written.do(book => markAs(book, 'gone', 'skip'));
  expect(written.model.sharedModel.canUndo()).toBe(false);
  expect(written.model.dirty).toBe(false);
});

test('a notebook that is read only is not changed', () => {
  const written = new Written('step:load');
  written.model.readOnly = true;
  written.do(book => rename(book, 'load', 'read'));
  expect(written.tags).toEqual(['step:load']);
});

test.each([
  ['train', true],
  ['train_2', true],
  ['_x', true],
  ['2nd', false],
  ['Train', false],
  ['a;b', false],
  ['', false],
  ['a'.repeat(201), false]
])('%j is a name of a step: %j', (name, right) => {
  expect(isName(name)).toBe(right);
});

test('what is typed becomes a name', () => {
  expect(asName('  Load all-rows ')).toBe('load_all_rows');
});
