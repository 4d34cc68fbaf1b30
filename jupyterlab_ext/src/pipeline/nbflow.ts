import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import type { Run } from '../generated/answers';
import { isExecuted } from '../parts/executed';
import type { Happening, INbflow } from '../tokens';
import { NotebookPipeline } from './pipeline';
import type { Preferences } from './preferences';

/** Milliseconds in which a change of the active cell's tags shows that no signal tells of. */
const UNTOLD = 500;

/** Keeps the pipeline of each open notebook. */
export class Nbflow implements INbflow, IDisposable {
  constructor(
    private readonly _tracker: INotebookTracker,
    readonly client: Client,
    readonly preferences: Preferences
  ) {
    _tracker.widgetAdded.connect((_, panel) => void this._open(panel));
    _tracker.forEach(panel => void this._open(panel));
    this._poll = new Poll({
      name: 'nbflow:active-cell',
      factory: async () => {
        this._reread();
        return Promise.resolve();
      },
      frequency: { interval: UNTOLD, backoff: false },
      standby: 'when-hidden'
    });
  }

  dispose(): void {
    this._poll.dispose();
    Signal.clearData(this);
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  get opened(): ISignal<this, { panel: NotebookPanel; pipeline: NotebookPipeline }> {
    return this._opened;
  }

  readonly showing = new Set<(run: Run) => boolean>();

  get happened(): ISignal<this, Happening> {
    return this._happened;
  }

  tell(happening: Happening): void {
    this._happened.emit(happening);
  }

  pipeline(panel: NotebookPanel): NotebookPipeline | undefined {
    return this._pipelines.get(panel);
  }

  async ready(panel: NotebookPanel): Promise<NotebookPipeline> {
    await panel.context.ready;
    const known = this._pipelines.get(panel);
    if (known !== undefined) {
      return known;
    }
    return new Promise(resolve => {
      const told = (
        _: this,
        opened: { panel: NotebookPanel; pipeline: NotebookPipeline }
      ): void => {
        if (opened.panel === panel) {
          this._opened.disconnect(told);
          resolve(opened.pipeline);
        }
      };
      this._opened.connect(told);
    });
  }

  private async _open(panel: NotebookPanel): Promise<void> {
    await panel.context.ready;
    const model = panel.model;
    // What a run has made is nobody's pipeline.
    if (panel.isDisposed || model === null || isExecuted(panel.context.path)) {
      return;
    }
    const pipeline = new NotebookPipeline(model, this.preferences, (content, signal) => {
      const body = { path: panel.context.localPath, content };
      return this.client.ask('inspect', { body }, { signal });
    });
    this._pipelines.set(panel, pipeline);
    panel.disposed.connect(() => {
      pipeline.dispose();
      this._pipelines.delete(panel);
    });
    this._opened.emit({ panel, pipeline });
  }

  private _reread(): void {
    const { currentWidget, activeCell } = this._tracker;
    if (currentWidget !== null && activeCell !== null) {
      this._pipelines.get(currentWidget)?.reread(activeCell.model);
    }
  }

  private readonly _poll: Poll;
  private readonly _opened = new Signal<this, { panel: NotebookPanel; pipeline: NotebookPipeline }>(
    this
  );
  private readonly _happened = new Signal<this, Happening>(this);
  private readonly _pipelines = new Map<NotebookPanel, NotebookPipeline>();
}
