import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { Notebook } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

import { takeFocus } from '../parts/focus';

/** JupyterLab's command that shows a folder, or a file in it. */
const REVEAL = 'filebrowser:go-to-path';
const BROWSER = '.jp-FileBrowser:not(.lm-mod-hidden)';
/** Bytes up to which a file is opened. */
const OPENED = 20e6;

type Commands = Pick<CommandRegistry, 'execute' | 'hasCommand'>;

/** Open a file that was just written, where something shows its kind; else show where it is. */
export async function openWritten(
  documents: Pick<IDocumentManager, 'registry' | 'findWidget' | 'openOrReveal'>,
  commands: Commands,
  path: string,
  size: number
): Promise<void> {
  if (size > OPENED || documents.registry.getFileTypesForPath(path).length === 0) {
    await reveal(commands, path); // What is not known to be text would be opened as such.
    return;
  }
  const known = documents.findWidget(path)?.context;
  if (known?.model.dirty === false) {
    await known.revert(); // It shows what was there before.
  }
  documents.openOrReveal(path);
}

/** Show a folder, or a file in it, in the file browser, where there is one. */
export async function reveal(commands: Commands, path: string): Promise<void> {
  if (commands.hasCommand(REVEAL)) {
    await commands.execute(REVEAL, { path });
    follow();
  }
}

/**
 * Bring the reader to a cell: to its middle, or where it has no room, to its code.
 *
 * Of a long traceback the middle says nothing.
 */
export async function revealCell(
  notebook: Pick<Notebook, 'widgets' | 'activeCellIndex' | 'outerNode' | 'scrollToItem'>,
  index: number
): Promise<void> {
  const cell = notebook.widgets[index];
  if (cell === undefined) {
    return;
  }
  const place = (): 'center' | 'start' =>
    cell.node.offsetHeight <= notebook.outerNode.clientHeight ? 'center' : 'start';
  notebook.activeCellIndex = index;
  for (let tries = 0; tries < 3; tries++) {
    // What stands above is drawn by and by, and moves it on; so is it, and grows.
    await notebook.scrollToItem(index, place()).catch(() => undefined);
    await cell.ready;
    await new Promise(requestAnimationFrame);
    cell.node.scrollIntoView({ block: place() });
  }
}

/** Bring the keyboard along, where the file browser took the place of what had it. */
function follow(): void {
  const { activeElement, body } = document;
  const lost = activeElement === body || activeElement?.closest('.lm-mod-hidden') !== null;
  const browser = document.querySelector<HTMLElement>(BROWSER);
  if (lost && browser !== null) {
    takeFocus(browser);
  }
}
