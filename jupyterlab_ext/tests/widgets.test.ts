import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { Findings, inline } from '../src/findings/findings';
import type { Finding } from '../src/findings/findings';
import { readMarks } from '../src/outline/marks';
import type { Place, Role } from '../src/outline/outline';
import { Strip } from '../src/strips/strip';
import { stripView } from '../src/strips/view';
import type { StripView } from '../src/strips/view';

const trans = nullTranslator.load('nbflow');

function view(role: Role, step: string | null, begins: boolean, ...tags: string[]): StripView {
  const place: Place = { role, step, begins, marks: readMarks(tags) };
  const found = stripView(place, name => name.length, trans);
  if (found === null) {
    throw new Error(`no strip of ${role}`);
  }
  return found;
}

test.each([
  [view('step', 'fit', true), ['fit']],
  [view('step', 'fit', true, 'prev:a;b', 'retries:2'), ['fit', 'after a, b', 'retries:2']],
  [view('setup', null, true, 'imports'), ['imports']],
  [view('setup', null, true), ['setup']],
  [view('parameters', null, true, 'pipeline-parameters'), ['pipeline-parameters']],
  [view('skip', null, true, 'skip', 'retries:2'), ['skipped']],
  [view('leading', null, true), ['before the first step']],
  [view('step', 'fit', false, 'pipeline-metrics'), ['fit', 'metrics']],
  [view('step', null, true), ['no step']]
])('a strip says what its cell is: %j', (shown, words) => {
  const strip = new Strip(new Widget());
  strip.view = shown;
  const parts = strip.node.querySelectorAll('.nbf-Strip-head:not([hidden]) > *');
  expect([...parts].map(part => part.textContent)).toEqual(words);
});

test('a cell that goes on with a step has its colour alone, and the name on demand', () => {
  const strip = new Strip(new Widget());
  strip.view = view('step', 'fit', false);
  expect(strip.node.querySelector<HTMLElement>('.nbf-Strip-head')?.hidden).toBe(true);
  expect(strip.node.dataset).toMatchObject({ tone: 'step', hue: '3' });
  const bar = strip.node.querySelector<HTMLElement>('.nbf-Strip-bar');
  expect(bar?.title).toBe('Belongs to the step fit');
});

test('a press on the name lets one edit it', () => {
  const pressed = jest.fn();
  const strip = new Strip(new Widget(), pressed);
  strip.view = view('step', 'fit', true);
  const name = strip.node.querySelector('button');
  expect(name?.getAttribute('aria-label')).toBe('fit: edit');
  strip.view = view('step', 'train', true);
  expect(strip.node.querySelector('button')).toBe(name);
  name?.click();
  expect(pressed).toHaveBeenCalledTimes(1);
});

test('text has no strip', () => {
  const place: Place = { role: 'text', step: null, begins: false, marks: readMarks([]) };
  expect(stripView(place, () => 0, trans)).toBeNull();
});

test('a strip leaves its cell as it was', () => {
  const cell = new Widget();
  const before = cell.node.className;
  const strip = new Strip(cell);
  strip.view = view('skip', null, true, 'skip');
  expect(cell.hasClass('nbf-mod-skip')).toBe(true);
  strip.dispose();
  expect(cell.node.className).toBe(before);
});

const FINDING: Finding = {
  code: 'NB301',
  severity: 'error',
  message: '`x` is not defined',
  hint: 'Bind `x` <b>first</b>.',
  line: 2
};

function listed(count: number): Finding[] {
  return Array.from({ length: count }, (_, index) => ({ ...FINDING, code: `NB${index}` }));
}

test('a finding says what is wrong, what to do, how bad it is, and where', () => {
  const lines: number[] = [];
  const widget = new Findings(
    trans,
    () => undefined,
    line => lines.push(line)
  );
  widget.view = [FINDING];
  expect(widget.node.querySelector('[role=img]')?.getAttribute('aria-label')).toBe('Error');
  expect(widget.node.querySelector('.nbf-Finding-hint')?.textContent).toBe('Bind x <b>first</b>.');
  expect(widget.node.querySelector('.nbf-Finding-code')?.textContent).toBe('NB301');
  widget.node.querySelector<HTMLButtonElement>('.nbf-Finding-line')?.click();
  expect(lines).toEqual([2]);
});

test('a finding offers what mends it', () => {
  const fixes = ['write `step:fit`', 'remove `step:fti`'].map(title => ({
    ...{ title, tags: [], options: {}, words: [], removed: [] }
  }));
  const mended: unknown[] = [];
  const widget = new Findings(trans, fix => mended.push(fix));
  widget.view = [{ ...FINDING, fixes }, FINDING];
  const buttons = widget.node.querySelectorAll<HTMLButtonElement>('.nbf-Finding-fix');
  expect([...buttons].map(one => one.textContent)).toEqual([
    'Fix: write step:fit',
    'Fix: remove step:fti'
  ]);
  buttons.item(1).click();
  expect(mended).toEqual([fixes[1]]);
});

test('of many findings a few are shown until one asks for all', () => {
  const widget = new Findings(trans, () => undefined);
  widget.view = listed(300);
  expect(widget.node.querySelectorAll('li')).toHaveLength(3);
  const more = widget.node.querySelector<HTMLButtonElement>('.nbf-Findings-more');
  expect(more?.textContent).toBe('Show 297 more');
  more?.click();
  expect(widget.node.querySelectorAll('li')).toHaveLength(300);
  expect(widget.node.querySelector('.nbf-Findings-more')).toBeNull();
  widget.view = listed(5);
  expect(widget.node.querySelectorAll('li')).toHaveLength(5);
});

test('the same findings again leave the page as it is', () => {
  const widget = new Findings(trans, () => undefined);
  widget.view = listed(2);
  const row = widget.node.querySelector('li');
  widget.view = listed(2);
  expect(widget.node.querySelector('li')).toBe(row);
});

test.each([
  ['a `b` c', ['a ', 'b', ' c'], 1],
  ['no quotes', ['no quotes'], 0],
  ['one ` alone', ['one ` alone'], 0]
])('of %j what is quoted is code', (text, parts, codes) => {
  const nodes = inline(text);
  expect(nodes.map(node => node.textContent)).toEqual(parts);
  expect(nodes.filter(node => node.nodeName === 'CODE')).toHaveLength(codes);
});
