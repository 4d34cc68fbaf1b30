import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { Desk } from '../src/editing/desk';
import { Editor } from '../src/editing/widget';
import type { Inspected } from '../src/generated/answers';
import { NotebookPipeline } from '../src/pipeline/pipeline';
import { Preferences } from '../src/pipeline/preferences';
import { INSPECTED, failing, server } from './asked';
import type { Answers } from './asked';
import { Held } from './held';
import { Written } from './notebooks';
import { Shown } from './shown';

const trans = nullTranslator.load('nbflow');

/** The fields of a notebook's cell in a page, with all that its server tells. */
class Opened extends Shown {
  constructor(
    readonly written: Written,
    cell: string,
    answers: Answers = {}
  ) {
    super(settled);
    const { model } = written;
    const { client } = server(answers);
    const ask = (): Promise<Inspected> =>
      client.ask('inspect', { body: { path: '', content: {} } });
    this._pipeline = new NotebookPipeline(model, new Preferences(), ask);
    this._desk = new Desk({ model, path: () => 'work/book.ipynb' }, this._pipeline, client);
    this.widget.edit(this._desk, cell);
    Widget.attach(this.widget, document.body);
  }

  labels(): string[] {
    return this.all('label').map(label => label.textContent);
  }

  choices(label: string): string[] {
    const list = this.field(label).getAttribute('list');
    const options = list === null ? this.field(label) : document.getElementById(list);
    return [...(options?.querySelectorAll('option') ?? [])].map(one => one.value);
  }

  async press(label: string, key: string, more: KeyboardEventInit = {}): Promise<void> {
    const given = { key, bubbles: true, cancelable: true, ...more };
    this.field(label).dispatchEvent(new KeyboardEvent('keydown', given));
    await settled();
  }

  /** What is done when one leaves it. */
  onClose(left: () => void): void {
    this.widget.onClose = left;
  }

  async click(name: string): Promise<void> {
    this.all('button')
      .find(one => one.textContent === name || one.getAttribute('aria-label') === name)
      ?.click();
    await settled();
  }

  /** Wait until the notebook was looked at. */
  async inspected(): Promise<void> {
    while (this._pipeline.inspection.pending) {
      await settled();
    }
    await settled();
  }

  close(): void {
    this.widget.dispose();
    this._desk.dispose();
    this._pipeline.dispose();
  }

  protected readonly widget = new Editor(trans);
  private readonly _desk: Desk;
  private readonly _pipeline: NotebookPipeline;
}

async function settled(): Promise<void> {
  MessageLoop.flush();
  await new Promise(resolve => setTimeout(resolve, 60));
  MessageLoop.flush();
  await new Promise(resolve => setTimeout(resolve, 20));
}

let opened: Opened;
afterEach(() => opened.close());

async function open(cell: number, tags: (string | null)[], answers: Answers = {}): Promise<Opened> {
  opened = new Opened(new Written(...tags), `c${cell}`, answers);
  await settled();
  return opened;
}

const STEP_FIELDS = ['Comes after', 'Profile', 'Retries', 'Timeout', 'Cache'];

test.each([
  ['step:fit', ['Cell is', 'Step', ...STEP_FIELDS]],
  ['', ['Cell is', ...STEP_FIELDS]],
  ['skip', ['Cell is']],
  ['imports', ['Cell is']],
  [null, []],
  ['injected-parameters', []]
])('a cell tagged %j has the fields that mean something', async (tags, labels) => {
  const page = await open(1, ['step:load', tags]);
  expect(page.labels()).toEqual(labels);
});

test.each([
  [['step:load', 'step:fit'], 1, 'more of load'],
  [['step:load', 'skip'], 1, 'more of load'],
  [['step:load', ''], 1, 'more of load'],
  [['step:load', 'step:fit'], 0, 'no step of its own'],
  [['step:load', 'setup', 'setup'], 2, 'no step of its own'],
  [['', 'skip'], 1, 'no step of its own'],
  [['', ''], 1, 'no step of its own']
])('of cells tagged %j number %i could be: %s', async (tags, cell, words) => {
  const page = await open(cell, tags);
  expect(page.field('Cell is').options[0]?.text).toBe(words);
});

test('a step that nobody has named has no other name either', async () => {
  const page = await open(1, ['', '']);
  expect(page.text).not.toContain('Rename step');
  await page.fill('Cell is', 'step');
  await page.fill('Step', 'fit');
  await page.press('Step', 'Enter');
  expect(page.text).toContain('Rename step fit…');
});

test('a cell becomes a step when the step has a name', async () => {
  const page = await open(1, ['step:load', 'x']);
  await page.fill('Cell is', 'step');
  expect(page.written.tags[1]).toBe('x');
  expect(page.choices('Step')).toEqual(['load']);
  await page.fill('Step', 'Sum Up');
  expect(page.written.tags[1]).toBe('x');
  await page.press('Step', 'Enter');
  expect(page.written.tags[1]).toBe('x step:sum_up');
  expect(page.field('Step').value).toBe('sum_up');
  await page.fill('Cell is', 'setup');
  expect(page.written.tags[1]).toBe('x setup');
});

test.each(['Enter', 'Escape'])('whoever names a step with %s stays in its field', async key => {
  const page = await open(1, ['step:load', 'x']);
  await page.fill('Cell is', 'step');
  page.field('Step').focus();
  await page.fill('Step', 'fit');
  const field = document.activeElement;
  await page.press('Step', key);
  expect(document.activeElement).toBe(field);
  expect(document.activeElement).toBe(page.field('Step'));
});

test('whoever takes back the name of a step goes on in the editor', async () => {
  const page = await open(1, ['step:load', 'skip']);
  await page.fill('Cell is', 'step');
  await page.fill('Step', 'fit');
  await page.press('Step', 'Enter');
  page.field('Step').focus();
  await page.press('Step', 'z', { ctrlKey: true });
  expect(page.labels()).toEqual(['Cell is']);
  expect(document.activeElement).toBe(page.field('Cell is'));
});

test('Escape takes a text back first, and leads to the notebook then', async () => {
  const page = await open(0, ['step:load']);
  const left = jest.fn();
  page.onClose(left);
  await page.fill('Timeout', 'long');
  await page.press('Timeout', 'Escape');
  expect([page.field('Timeout').value, left.mock.calls.length]).toEqual(['', 0]);
  await page.press('Timeout', 'Escape');
  expect(left).toHaveBeenCalledTimes(1);
});

test('what cannot be is said at its field, and is not written', async () => {
  const page = await open(0, ['step:load retries:2']);
  await page.fill('Step', '2nd');
  await page.press('Step', 'Enter');
  expect(page.about('Step')).toContain('no digit at the beginning');
  await page.press('Step', 'Escape');
  expect([page.field('Step').value, page.about('Step')]).toEqual(['load', '']);
  await page.fill('Retries', 'many');
  await page.press('Retries', 'Enter');
  expect(page.about('Retries')).toContain('whole number');
  expect(page.field('Retries').getAttribute('aria-invalid')).toBe('true');
  await page.fill('Timeout', 'long');
  expect(page.about('Timeout')).toBe('Write 90s, 30m, 1h30m or 2d.');
  await page.press('Timeout', 'Escape');
  await page.fill('Retries', '');
  await page.press('Retries', 'Enter');
  expect(page.written.tags).toEqual(['step:load']);
});

test('steps above are offered as those that a step comes after', async () => {
  const page = await open(1, ['step:a', 'step:b prev:gone', 'step:c']);
  expect(page.choices('Comes after')).toEqual(['', 'a']);
  await page.fill('Comes after', 'a');
  expect(page.written.tags[1]).toBe('step:b prev:gone prev:a');
  await page.click('Not after gone');
  expect(page.written.tags[1]).toBe('step:b prev:a');
});

test('what a step comes after by its code is said below what its tags say', async () => {
  const because = (kind: string, names: string[]): object => ({ kind, names });
  const needs = [
    { step: 'load', because: [because('declared', []), because('variables', ['rows'])] },
    { step: 'wait', because: [because('declared', [])] }
  ];
  const steps = [{ name: 'fit', cells: ['c2'], profile: null, metrics: [], needs }];
  opened = new Opened(new Written('step:load', 'step:wait', 'step:fit prev:wait'), 'c2', {
    inspect: () => ({ ...INSPECTED, steps })
  });
  await settled();
  await opened.inspected();
  expect(opened.text).toContain('by its code after: load');
  expect(opened.text).not.toContain('after: load, wait');
});

test('the profiles of the settings are offered, and those that a team may not use are not', async () => {
  const page = await open(0, ['step:a profile:huge']);
  expect(page.choices('Profile')).toEqual(['', 'huge', 'small', 'gpu']);
  const [gpu] = [...page.field('Profile').options].slice(-1);
  expect(gpu?.disabled).toBe(true);
  await page.fill('Profile', 'small');
  expect(page.written.tags).toEqual(['step:a profile:small']);
});

test('the profiles are those of the team, once it is known which one that is, and once it is another', async () => {
  const profile = { cpu: null, memory: null, disk: null, gpu: null, image: null, price: null };
  const teams = ['churn', 'ml'];
  const page = await open(0, ['step:a'], {
    inspect: () => ({ ...INSPECTED, team: teams[0] }),
    profiles: ({ query }) => [{ ...profile, name: 'gpu', allowed: query?.team === teams[0] }]
  });
  const allowed = (): boolean[] => [...page.field('Profile').options].map(one => !one.disabled);
  await page.inspected();
  expect(allowed()).toEqual([true, true]);
  teams.shift();
  page.written.say({ team: 'ml' });
  await page.inspected();
  expect(allowed()).toEqual([true, true]);
});

test('the profiles are those of the team that was asked about last, whichever answer comes last', async () => {
  const profile = { cpu: null, memory: null, disk: null, gpu: null, image: null, price: null };
  const slow = new Held([{ ...profile, name: 'gpu', allowed: false }]);
  const page = await open(0, ['step:a'], {
    profiles: ({ query }) =>
      query?.team === undefined ? slow.answer : [{ ...profile, name: 'gpu', allowed: true }]
  });
  await page.inspected();
  slow.release();
  await settled();
  expect([...page.field('Profile').options].at(-1)?.disabled).toBe(false);
});

test('the profile that is meant without a choice is offered once, as that', async () => {
  const size = { cpu: null, memory: null, disk: null, gpu: null, allowed: true };
  const own = { ...size, name: 'default', default: true };
  const profiles = (): object[] => [own, { ...size, name: 'big', default: false }];
  const labels = (): string[] => [...opened.field('Profile').options].map(one => one.text);
  await open(0, ['step:a'], { profiles });
  expect(labels()).toEqual([
    'default – as much as the machine has',
    'big – as much as the machine has'
  ]);
  opened.written.say({ profile: 'big' });
  await settled();
  expect(labels()).toEqual([
    'default: big – as much as the machine has',
    'default – as much as the machine has'
  ]);
  await opened.fill('Profile', 'default');
  expect(opened.choices('Profile')).toEqual(['', 'default']);
  expect(opened.written.tags).toEqual(['step:a profile:default']);
});

test('where the profiles are not known a name is written', async () => {
  const page = await open(0, ['step:a'], { profiles: failing('unreachable', 'no answer') });
  await page.fill('Profile', 'gpu');
  await page.press('Profile', 'Enter');
  expect(page.written.tags).toEqual(['step:a profile:gpu']);
});

test('choices in quick succession are all written', async () => {
  const page = await open(0, ['step:a']);
  await Promise.all([page.fill('Cache', 'enabled'), page.fill('Profile', 'small')]);
  expect(page.written.tags).toEqual(['step:a cache:enabled profile:small']);
});

test('undo in a field takes back what was chosen there', async () => {
  const page = await open(0, ['step:a']);
  await page.fill('Cache', 'enabled');
  expect(page.written.tags).toEqual(['step:a cache:enabled']);
  await page.press('Cache', 'z', { ctrlKey: true });
  expect([page.written.tags, page.field('Cache').value]).toEqual([['step:a'], '']);
  await page.press('Cache', 'Z', { ctrlKey: true, shiftKey: true });
  expect(page.field('Cache').value).toBe('enabled');
});

test('a notebook that is read only shows what it says, and nothing is changed', async () => {
  const written = new Written('step:a retries:2');
  written.model.readOnly = true;
  opened = new Opened(written, 'c0');
  await settled();
  expect(opened.field('Retries').value).toBe('2');
  expect(opened.labels().every(label => opened.field(label).disabled)).toBe(true);
});
