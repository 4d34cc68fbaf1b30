import { openWritten, reveal } from '../src/panel/reveal';

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
