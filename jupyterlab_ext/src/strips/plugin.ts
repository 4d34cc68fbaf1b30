import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { COMMANDS } from '../editing/commands';
import { INbflow } from '../tokens';
import { StripBoard } from './board';

/** Shows at each cell of a notebook which step it belongs to. */
export const strips: JupyterFrontEndPlugin<void> = {
  id: '@nbflow/jupyterlab:strips',
  description: 'Shows at each cell of a notebook which step it belongs to.',
  autoStart: true,
  requires: [INbflow],
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, nbflow: INbflow, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load('nbflow');
    nbflow.opened.connect((_, { panel, pipeline }) => {
      const { content } = panel;
      const board = new StripBoard(content, pipeline, nbflow.preferences, trans, cell => {
        content.activeCellIndex = content.widgets.indexOf(cell);
        void app.commands.execute(COMMANDS.edit);
      });
      panel.disposed.connect(() => board.dispose());
    });
  }
};
