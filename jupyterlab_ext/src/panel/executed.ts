import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { LOCKED, readPath } from './drive';
import { runsIcon } from './icon';

/** Show what a run has made as such: none that somebody writes, and none that runs. */
export function showAsExecuted(panel: NotebookPanel, trans: TranslationBundle): void {
  const { context, sessionContext, title } = panel;
  // Also of one that JupyterLab brings back with a page: it has run, and runs no more.
  const none = { shouldStart: false, canStart: false, autoStartDefault: false };
  sessionContext.kernelPreference = { ...sessionContext.kernelPreference, ...none };
  context.model.readOnly = true;
  panel.addClass('nbf-Executed');
  title.icon = runsIcon;

  const place = readPath(context.localPath);
  const { run, name } = place ?? { run: { run_id: '' }, name: '' };
  const caption = trans.__('%1 as a run has left it, to be read only\nRun: %2', name, run.run_id);
  const entitle = (): void => {
    title.caption = caption; // JupyterLab writes its own when the file is read.
  };
  title.changed.connect(entitle);
  entitle();

  // A copy that somebody saves elsewhere is theirs to change.
  context.saveState.connect((_, state) => lock(context.model, state !== 'started'));
}

/** Let nobody change the cells, or everybody; there is nothing to undo about it. */
function lock({ sharedModel: notebook }: INotebookModel, locked: boolean): void {
  notebook.transact(() => {
    for (const cell of notebook.cells) {
      for (const [key, value] of Object.entries(LOCKED)) {
        if (locked) {
          cell.setMetadata(key, value);
        } else {
          cell.deleteMetadata(key);
        }
      }
    }
  }, false);
}
