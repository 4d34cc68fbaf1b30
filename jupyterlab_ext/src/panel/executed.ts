import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ToolbarButton, saveIcon } from '@jupyterlab/ui-components';

import { tagsOf } from '../outline/marks';
import type { Actions } from './actions';
import { readPath, unlocked } from './drive';
import { runsIcon } from './icon';

/** The tag of a cell whose error is no failure. */
const MAY_RAISE = 'raises-exception';

/** Show what a run has made as such: none that somebody writes, and none that runs. */
export function showAsExecuted(
  panel: NotebookPanel,
  actions: Pick<Actions, 'keep'>,
  trans: TranslationBundle
): void {
  const { context, sessionContext, title } = panel;
  const { model } = context;
  // Also of one that JupyterLab brings back with a page: it has run, and runs no more.
  const none = { shouldStart: false, canStart: false, autoStartDefault: false };
  sessionContext.kernelPreference = { ...sessionContext.kernelPreference, ...none };
  model.readOnly = true;
  panel.addClass('nbf-Executed');
  title.icon = runsIcon;

  const place = readPath(context.localPath);
  const { run, name } = place ?? { run: { project: '', run_id: '' }, name: '' };
  const caption = trans.__('%1 as a run has left it, to be read only\nRun: %2', name, run.run_id);
  const entitle = (): void => {
    title.caption = caption; // JupyterLab writes its own when the file is read.
  };
  title.changed.connect(entitle);
  entitle();

  model.cells.changed.connect(() => {
    // Not within the change that is told of.
    void Promise.resolve().then(() => {
      if (!model.isDisposed) {
        takeOutNew(model);
      }
    });
  });

  panel.toolbar.insertItem(
    0,
    'nbflow-keep',
    new ToolbarButton({
      icon: saveIcon,
      label: trans.__('Keep a copy'),
      tooltip: trans.__('Write a notebook of it that can be changed, and open it'),
      onClick: () =>
        void actions.keep(run.project, `${name}-executed`, unlocked(model.sharedModel.toJSON()))
    })
  );
}

/**
 * Where a cell is at which a run failed; null where there is none.
 *
 * What a run has made may say more than what was known of the run: it is asked for later.
 *
 * @param known - the id of the cell that is known to have failed.
 */
export function failedCell(model: INotebookModel, known: string | null): number | null {
  const { cells } = model.sharedModel;
  const index = cells.findIndex(cell => cell.id === known);
  const found = index === -1 ? cells.findIndex(hasFailed) : index;
  return found === -1 ? null : found;
}

function hasFailed(cell: INotebookModel['sharedModel']['cells'][number]): boolean {
  return (
    'getOutputs' in cell &&
    !tagsOf(cell.getMetadata('tags')).includes(MAY_RAISE) &&
    cell.getOutputs().some(output => output.output_type === 'error')
  );
}

/** Take out cells that the run has not left there, as keys and commands insert and paste them. */
function takeOutNew(model: INotebookModel): void {
  const { sharedModel: notebook } = model;
  const isNew = notebook.cells.map(cell => cell.getMetadata('deletable') !== false);
  if (!isNew.includes(true)) {
    return;
  }
  notebook.transact(() => {
    for (let index = isNew.length - 1; index >= 0; index--) {
      if (isNew[index] === true) {
        notebook.deleteCell(index);
      }
    }
  }, false);
  model.dirty = false;
}
