import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { INbflow } from '../tokens';
import { FindingsBoard } from './board';

/** Shows at its cell what is wrong, while a notebook is written. */
export const findings: JupyterFrontEndPlugin<void> = {
  id: '@nbflow/jupyterlab:findings',
  description: 'Shows at its cell what is wrong with a notebook.',
  autoStart: true,
  requires: [INbflow],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, nbflow: INbflow, translator: ITranslator | null): void => {
    const trans = (translator ?? nullTranslator).load('nbflow');
    nbflow.opened.connect((_, { panel, pipeline }) => {
      const board = new FindingsBoard(panel, pipeline, trans);
      panel.disposed.connect(() => board.dispose());
    });
  }
};
