import { failedCell } from '../src/panel/executed';
import { openWritten, reveal, revealCell } from '../src/panel/reveal';
import { Written } from './notebooks';

/** A JupyterLab where a file is open or not, and what it was told to do. */
function lab(open?: { dirty: boolean }) {
  const done: string[] = [];
  const revert = (): void => void done.push('revert');
  const documents = {
    registry: { getFileTypesForPath: (path: string) => (path.endsWith('.csv') ? ['csv'] : []) },
    findWidget: () => open && { context: { model: open, revert } },
    openOrReveal: (path: string) => void done.push(`open ${path}`)
  } as unknown as Parameters<typeof openWritten>[0];
  const commands = {
    hasCommand: () => true,
    execute: (id: string, { path }: { path: string }) => done.push(`${id} ${path}`)
  } as unknown as Parameters<typeof reveal>[0];
  return { documents, commands, done };
}

test('a file that was written is opened, where something shows its kind', async () => {
  const { documents, commands, done } = lab();
  await openWritten(documents, commands, 'work/rows.csv', 5);
  expect(done).toEqual(['open work/rows.csv']);
});

test.each([
  ['work/model.bin', 5],
  ['work/rows.csv', 3e9]
])('one of another kind, or a large one, is shown where it is: %s', async (path, size) => {
  const { documents, commands, done } = lab();
  await openWritten(documents, commands, path, size);
  expect(done).toEqual([`filebrowser:go-to-path ${path}`]);
});

test('one that is open shows what was written, unless somebody has changed it', async () => {
  for (const dirty of [false, true]) {
    const { documents, commands, done } = lab({ dirty });
    await openWritten(documents, commands, 'rows.csv', 5);
    expect(done).toEqual([...(dirty ? [] : ['revert']), 'open rows.csv']);
  }
});

test('without a file browser nothing is shown, and nothing fails', async () => {
  const { commands, done } = lab();
  await reveal({ ...commands, hasCommand: () => false }, 'work');
  expect(done).toEqual([]);
});

test('the keyboard goes along to the file browser that takes the place of the panel', async () => {
  const { commands } = lab();
  document.body.innerHTML =
    '<div class="jp-FileBrowser"></div><div id="panel"><button></button></div>';
  const [browser, panel] = [...document.body.children] as HTMLElement[];
  const button = panel?.querySelector('button');
  button?.focus();
  await reveal(commands, 'work');
  expect(document.activeElement).toBe(button);
  panel?.classList.add('lm-mod-hidden');
  await reveal(commands, 'work');
  expect(document.activeElement).toBe(browser);
  document.body.innerHTML = '';
});

/** A notebook in a view of 800 pixels with one cell, and where it came to stand. */
function viewed(height: number) {
  const places: unknown[] = [];
  const node = document.createElement('div');
  Object.defineProperty(node, 'offsetHeight', { get: () => height });
  node.scrollIntoView = given => places.push((given as ScrollIntoViewOptions).block);
  const outerNode = document.createElement('div');
  Object.defineProperty(outerNode, 'clientHeight', { get: () => 800 });
  const notebook = {
    ...{ widgets: [{ node, ready: Promise.resolve() }], activeCellIndex: -1, outerNode },
    scrollToItem: (_: number, place: string) => Promise.resolve(void places.push(place))
  } as unknown as Parameters<typeof revealCell>[0];
  return { notebook, places };
}

test.each([
  ['one that fits is in the middle', 300, 'center'],
  ['of one that is higher than the view its code is at the top', 1222, 'start']
])('the reader is brought to a cell: %s', async (_, height, place) => {
  const { notebook, places } = viewed(height);
  await revealCell(notebook, 0);
  expect(notebook.activeCellIndex).toBe(0);
  expect(new Set(places)).toEqual(new Set([place]));
});

test('where there is no such cell, all stays as it is', async () => {
  const { notebook, places } = viewed(300);
  await revealCell(notebook, 7);
  expect([notebook.activeCellIndex, places]).toEqual([-1, []]);
});

test('the cell that failed is the one that is known, or else the one that the notebook shows', () => {
  const { model } = new Written(null, '', 'raises-exception', '', '');
  expect(failedCell(model, null)).toBeNull();
  const error = { ename: 'ValueError', evalue: 'no', traceback: [] };
  for (const index of [2, 3]) {
    const cell = model.sharedModel.getCell(index);
    if ('setOutputs' in cell) {
      cell.setOutputs([{ output_type: 'error', ...error }]);
    }
  }
  expect(failedCell(model, null)).toBe(3);
  expect(failedCell(model, 'c4')).toBe(4);
  expect(failedCell(model, 'gone')).toBe(3);
});
