import { keepFocus, takeFocus } from '../src/parts/focus';

let node: HTMLElement;
let other: HTMLElement;
let kept: { dispose(): void } | null = null;

beforeEach(() => {
  document.body.innerHTML = '<div id="node"></div><div class="jp-Dialog"><input></div><button>';
  node = found('#node');
  other = found('button');
});

afterEach(() => kept?.dispose());

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

/** A region that is kept, with a button in it that has the keyboard. */
function region(asked = false): HTMLButtonElement {
  if (!asked) {
    found('.jp-Dialog').remove();
  }
  kept = keepFocus(node);
  node.innerHTML = '<span><button>Run</button></span><button>Stop</button>';
  const button = found('#node button') as HTMLButtonElement;
  button.focus();
  return button;
}

function press(at: Element): void {
  at.dispatchEvent(new Event('pointerdown', { bubbles: true }));
}

test('a button that is disabled gives the keyboard to its region, and has it back', async () => {
  const button = region();
  button.disabled = true;
  await later();
  expect(document.activeElement).toBe(node);
  button.disabled = false;
  await later();
  expect(document.activeElement).toBe(button);
});

test('what is taken away leaves the keyboard to its region', async () => {
  region().parentElement?.remove();
  await later();
  expect(document.activeElement).toBe(node);
});

test('who goes on to another button stays there', async () => {
  const button = region();
  button.disabled = true;
  await later();
  found('#node > button').focus();
  button.disabled = false;
  await later();
  expect(document.activeElement).toBe(found('#node > button'));
});

test('who pressed on nothing in the region has left the button', async () => {
  const button = region();
  button.disabled = true;
  await later();
  press(node);
  button.disabled = false;
  await later();
  expect(document.activeElement).toBe(node);
});

test('a button that was pressed once more is the one that is meant', async () => {
  const button = region();
  press(button);
  button.disabled = true;
  await later();
  button.disabled = false;
  await later();
  expect(document.activeElement).toBe(button);
});

test.each([
  ['the keyboard', () => other.focus(), () => other],
  ['a press on nothing', () => press(document.body), () => document.body]
])('who is elsewhere stays there: %s', async (_, go, there) => {
  const button = region();
  go();
  button.blur();
  button.disabled = true;
  await later();
  button.disabled = false;
  await later();
  button.remove();
  await later();
  expect(document.activeElement).toBe(there());
});

test('who is asked something comes back to where they were', async () => {
  const button = region(true);
  const field = found('input');
  button.disabled = true;
  field.focus();
  press(field);
  await later();
  expect(document.activeElement).toBe(field);
  found('.jp-Dialog').remove();
  await later();
  expect(document.activeElement).toBe(node);
  button.disabled = false;
  await later();
  expect(document.activeElement).toBe(button);
});

test('a region that is gone keeps nothing', async () => {
  const button = region();
  kept?.dispose();
  button.parentElement?.remove();
  await later();
  expect(document.activeElement).toBe(document.body);
});
