import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Run } from '../generated/answers';
import { outcomeOf } from '../pipeline/outcome';
import type { NotebookPipeline } from '../pipeline/pipeline';
import { given } from './place';
import type { RunName } from './place';
import { Watch } from './watch';

/** Tells notebooks that are open how the runs of them ended that were started in the panel. */
export class Outcomes implements IDisposable {
  /** @param _opened - what the open notebooks at a path mean; it may be open more than once. */
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _opened: (path: string) => readonly Pick<NotebookPipeline, 'tell'>[],
    private readonly _trans: TranslationBundle
  ) {
    // Whether somebody wants to be notified is another matter.
    this._watch = new Watch(_client);
    this._watch.ended.connect((_, { name, run }) => void this._tell(name, run));
  }

  /**
   * Tell when this run has ended.
   *
   * @param before - when it had ended, of a run that goes on.
   */
  follow(name: RunName, before: string | null): void {
    for (const one of this._watch.all) {
      if (one.project === name.project && one.dag_id === name.dag_id) {
        this._watch.remove(one); // It is the last run no more.
      }
    }
    this._watch.add(name, before);
  }

  /** Look at once. */
  async look(): Promise<void> {
    await this._watch.look();
  }

  get isDisposed(): boolean {
    return this._watch.isDisposed;
  }

  dispose(): void {
    this._watch.dispose();
  }

  private async _tell(name: RunName, run: Run): Promise<void> {
    let path: string | null;
    try {
      path = (await this._client.ask('graph', given(name))).notebook;
    } catch (error) {
      if (error instanceof ServerFailure) {
        return; // Which notebook it is of is not known; the panel shows the run.
      }
      throw error;
    }
    if (path !== null && !this.isDisposed) {
      const failure = run.failure ? new ServerFailure(run.failure) : null;
      const told = outcomeOf(run, failure, this._trans);
      this._opened(path).forEach(pipeline => pipeline.tell(told));
    }
  }

  private readonly _watch: Watch;
}
