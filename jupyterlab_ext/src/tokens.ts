import type { NotebookPanel } from '@jupyterlab/notebook';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Client } from './client/client';
import type { Run } from './generated/answers';
import type { NotebookPipeline } from './pipeline/pipeline';
import type { Preferences } from './pipeline/preferences';

/** Something that was done in one place, and that others show. */
export interface Happening {
  /** Who tells of it, and need not be told. */
  readonly by: object;
  readonly what:
    'published' | 'unpublished' | 'rolledBack' | 'paused' | 'unpaused' | 'ran' | 'airflow';
  /** The pipeline that it is about; null of none. */
  readonly dag: string | null;
}

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
  /** Tells what was done about pipelines and runs in JupyterLab. */
  readonly happened: ISignal<INbflow, Happening>;
  /** Tells of each place that shows runs whether one is in sight there: its end is told by no other. */
  readonly showing: Set<(run: Run) => boolean>;
  /** Tell all who show pipelines and runs that something was done. */
  tell(happening: Happening): void;
}

export const INbflow = new Token<INbflow>(
  '@nbflow/jupyterlab:INbflow',
  'The pipelines that open notebooks mean, and what asks the server about them.'
);
