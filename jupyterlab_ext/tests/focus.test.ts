import { takeFocus } from '../src/parts/focus';

let node: HTMLElement;
let other: HTMLElement;

beforeEach(() => {
  document.body.innerHTML = '<div id="node"></div><div class="jp-Dialog"><input></div><button>';
  node = found('#node');
  other = found('button');
});

function found(selector: string): HTMLElement {
  return document.querySelector<HTMLElement>(selector) ?? document.body;
}

async function later(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 5));
}

test('what was opened has the keyboard though it is given back to what was in front', async () => {
  takeFocus(node);
  expect(document.activeElement).toBe(node);
  other.focus();
  await later();
  expect(document.activeElement).toBe(node);
});

test.each(['keydown', 'pointerdown'])('who did something meanwhile stays there: %s', async type => {
  takeFocus(node);
  other.focus();
  other.dispatchEvent(new Event(type, { bubbles: true }));
  await later();
  expect(document.activeElement).toBe(other);
});

test('who is asked something, or closed it meanwhile, is left alone', async () => {
  const field = found('input');
  takeFocus(node);
  field.focus();
  await later();
  expect(document.activeElement).toBe(field);
  other.focus();
  takeFocus(node);
  other.focus();
  node.remove();
  await later();
  expect(document.activeElement).toBe(other);
});
