import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';

import type { Desk } from '../src/editing/desk';
import { askName } from '../src/editing/naming';
import { Written } from './notebooks';

const trans = nullTranslator.load('nbflow');

async function settled(): Promise<void> {
  MessageLoop.flush();
  await new Promise(resolve => setTimeout(resolve, 30));
}

/** The field of the dialog, once it is there. */
async function field(): Promise<HTMLInputElement> {
  for (;;) {
    const found = document.querySelector<HTMLInputElement>('.jp-Dialog input');
    if (found !== null) {
      return found;
    }
    await settled();
  }
}

/** What the dialog says once this is typed as the name of the step `fit`. */
async function saidOf(typed: string): Promise<{ help: string; fault: string }> {
  const written = new Written('step:load', 'step:fit');
  const desk = { book: written.book, change: () => undefined } as unknown as Desk;
  const asked = askName(desk, 'fit', trans);
  const input = await field();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, typed);
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await settled();
  const dialog = input.closest('.jp-Dialog');
  const [help, fault] = ['.nbf-Editor-meant', '.nbf-Editor-fault'].map(
    one => dialog?.querySelector(one)?.textContent ?? ''
  );
  dialog?.querySelector<HTMLElement>('.jp-Dialog-button')?.click();
  await asked;
  return { help: help ?? '', fault: fault ?? '' };
}

test.each([
  ['has space', 'has_space'],
  ['Score', 'score'],
  ['a-b', 'a_b']
])('of %j one reads while typing that it will be %j', async (typed, name) => {
  expect(await saidOf(typed)).toEqual({ help: `It will be called ${name}.`, fault: '' });
});

test.each([['score'], ['fit'], [' score ']])('of %j nothing needs to be said', async typed => {
  expect(await saidOf(typed)).toEqual({ help: '', fault: '' });
});

test.each([
  ['Load', /^There is a step load already/],
  ['1 b', /^Write lower-case letters/]
])('of %j one reads what is wrong alone', async (typed, fault) => {
  const said = await saidOf(typed);
  expect(said.fault).toMatch(fault);
  expect(said.help).toBe('');
});
