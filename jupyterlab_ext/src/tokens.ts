import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Client } from './client/client';
import type { NotebookPipeline } from './pipeline/pipeline';
import type { Preferences } from './pipeline/preferences';

/** What nbflow offers to other extensions. */
export interface INbflow {
  /** Asks nbflow's extension of Jupyter Server. */
  readonly client: Client;
  readonly preferences: Preferences;
  /** Tells of each notebook that is opened, once its content is there. */
  readonly opened: ISignal<INbflow, { panel: NotebookPanel; pipeline: NotebookPipeline }>;
  /** The pipeline that an open notebook means; undefined of one whose content is not there yet. */
  pipeline(panel: NotebookPanel): NotebookPipeline | undefined;
  /** The same, as soon as its content is there. */
  ready(panel: NotebookPanel): Promise<NotebookPipeline>;
}

export const INbflow = new Token<INbflow>(
  '@nbflow/jupyterlab:INbflow',
  'The pipelines that open notebooks mean, and what asks the server about them.'
);
