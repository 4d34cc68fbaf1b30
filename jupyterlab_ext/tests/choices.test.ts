import { NotebookModel } from '@jupyterlab/notebook/lib/model';

import { causesOf } from '../src/schedule/causes';
import type { Cause } from '../src/parts/field';
import { Choices } from '../src/schedule/choices';
import { namesAt, optionsOf, textAt, withOption } from '../src/parts/options';

test.each([
  [{}, ['name'], 'a', { name: 'a' }],
  [{ name: 'a', retries: 1 }, ['name'], undefined, { retries: 1 }],
  [{}, ['steps', 'fit', 'profile'], 'gpu', { steps: { fit: { profile: 'gpu' } } }],
  [{ steps: { fit: { profile: 'gpu' } } }, ['steps', 'fit', 'profile'], undefined, {}],
  [{ steps: 7 }, ['steps', 'fit', 'retries'], 2, { steps: { fit: { retries: 2 } } }],
  [{ a: 1 }, [], 'x', { a: 1 }]
])('%j with %j chosen as %j is %j', (options, where, value, expected) => {
  expect(withOption(options, where, value)).toEqual(expected);
});

test('an option keeps its place, so that a file changes where it was changed', () => {
  expect(Object.keys(withOption({ b: 1, a: 2 }, ['b'], 3))).toEqual(['b', 'a']);
});

test('options of another kind than they should be are none', () => {
  expect([optionsOf(null), optionsOf([1]), optionsOf('x')]).toEqual([{}, {}, {}]);
  expect(textAt({ name: [1] }, 'name')).toBe('');
  expect(namesAt({ notify: { failure: ['a', 1] } }, 'notify', 'failure')).toEqual(['a']);
});

function chosen(): { model: NotebookModel; choices: Choices } {
  const model = new NotebookModel();
  return { model, choices: new Choices(model) };
}

test('a choice stands in the shared metadata, and is gone with its last', () => {
  const { model, choices } = chosen();
  choices.choose(['schedule'], '@daily');
  expect(model.sharedModel.getMetadata('nbflow')).toEqual({ schedule: '@daily' });
  choices.choose(['schedule'], undefined);
  expect(model.sharedModel.getMetadata('nbflow')).toBeUndefined();
});

test('a notebook of which nothing is chosen is not changed', () => {
  const { model, choices } = chosen();
  const before = model.sharedModel.getMetadata();
  choices.choose(['name'], undefined);
  choices.undo();
  expect(model.sharedModel.getMetadata()).toEqual(before);
});

test('choices are undone and done again, one option at a time', () => {
  const { choices } = chosen();
  for (const letter of ['@d', '@da', '@daily']) {
    choices.choose(['schedule'], letter);
  }
  choices.choose(['retries'], 2);
  choices.undo();
  expect(choices.now).toEqual({ schedule: '@daily' });
  choices.undo();
  expect(choices.now).toEqual({});
  expect(choices.canUndo).toBe(false);
  choices.redo();
  choices.redo();
  expect(choices.now).toEqual({ schedule: '@daily', retries: 2 });
  expect(choices.canRedo).toBe(false);
});

test('what a colleague has chosen meanwhile stays when a choice is undone', () => {
  const { model, choices } = chosen();
  let told = 0;
  choices.changed.connect(() => (told += 1));
  choices.choose(['retries'], 2);
  model.sharedModel.setMetadata('nbflow', { retries: 2, name: 'theirs' });
  choices.undo();
  expect(choices.now).toEqual({ name: 'theirs' });
  expect(told).toBe(3);
});

test('choices of a closed form follow nothing', () => {
  const { model, choices } = chosen();
  choices.dispose();
  model.sharedModel.setMetadata('nbflow', { name: 'late' });
  expect(choices.now).toEqual({});
});

const INSPECTED = {
  steps: [{ name: 'fit', cells: ['c2'], needs: [], profile: 'gpu', metrics: [] }],
  parameters: [{ name: 'trees' }]
} as unknown as Parameters<typeof causesOf>[1];

function cause(
  message: string,
  code: string,
  cell: string | null = null
): Cause & { code: string } {
  return { code, severity: 'error', message, hint: 'mend it', cell };
}

test.each([
  ["metadata.nbflow.name 'a b' cannot be", 'NB111', null, 'name'],
  ["metadata.nbflow.timezone: 'x' is not", 'NB112', null, 'timezone'],
  ['metadata.nbflow.steps.fit.retries is -2', 'NB110', null, 'steps.fit.retries'],
  ['metadata.nbflow.parameters.trees.minimum is', 'NB110', null, 'parameters.trees'],
  ['metadata.nbflow.notify names', 'NB609', null, 'notify'],
  ["the notebook names team 'chrn'", 'NB602', null, 'team'],
  ["step 'fit' asks for profile 'gpus'", 'NB601', 'c2', 'steps.fit.profile'],
  ["team 'churn' may not use 'gpu'", 'NB603', 'c2', 'steps.fit.profile']
])('%s shows at its field', (message, code, cell, field) => {
  const { fields, others } = causesOf([cause(message, code, cell)], INSPECTED);
  expect([...fields.keys()]).toEqual([field]);
  expect(others).toEqual([]);
});

test.each([
  ['x is not defined', 'NB301', 'c2'],
  ['metadata.nbflow.steps.gone is about a step that is not there', 'NB113', null],
  ['metadata.nbflow.steps.gone.retries is -2', 'NB110', null],
  ['metadata.nbflow.parameters.gone.minimum is', 'NB110', null],
  ['metadata.nbflow.start is no day', 'NB110', null],
  ['metadata.nbflow has an unknown key', 'NB110', null],
  ["step 'old' asks for profile 'gpus'", 'NB601', 'gone']
])('%s has no field, and is told above all', (message, code, cell) => {
  const found = causesOf([cause(message, code, cell)], INSPECTED);
  expect([found.fields.size, found.others.length]).toEqual([0, 1]);
});

test('at a field its own name is not said once more', () => {
  const { fields } = causesOf([cause("metadata.nbflow.timezone: 'x' is none", 'NB112')], null);
  expect(fields.get('timezone')?.[0]?.message).toBe("'x' is none");
});
