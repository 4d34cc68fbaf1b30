import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Profile } from '../generated/answers';
import { folderOf } from '../parts/folders';
import { DECLARED } from '../parts/needs';
import type { NotebookPipeline } from '../pipeline/pipeline';
import { bookOf } from './book';
import type { Book, Change } from './book';
import { apply } from './history';

/** The notebook that is edited. */
interface Notebook {
  readonly model: INotebookModel;
  /** In the server's contents. */
  path(): string;
}

/** Where the tags and options of one open notebook are edited. */
export class Desk implements IDisposable {
  constructor(
    private readonly _notebook: Notebook,
    private readonly _pipeline: NotebookPipeline,
    private readonly _client: Pick<Client, 'ask'>
  ) {
    _pipeline.changed.connect(this._onPipeline, this);
  }

  /** Tells of another notebook, and of profiles that are known by now. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get book(): Book {
    return bookOf(this._notebook.model, this._pipeline.places);
  }

  /** The profiles of the settings; undefined before they are told, null where they are not. */
  get profiles(): readonly Profile[] | null | undefined {
    return this._profiles;
  }

  /** The steps that a step's code comes after whatever its tags say, as far as that is known. */
  needs(step: string): readonly string[] {
    const found = this._pipeline.inspection.found?.steps.find(one => one.name === step);
    return (found?.needs ?? []).flatMap(need =>
      need.because.some(({ kind }) => kind !== DECLARED) ? need.step : []
    );
  }

  /** Whether nothing can be changed. */
  get readOnly(): boolean {
    return this._notebook.model.readOnly;
  }

  /** Change the notebook as it is by now, as one step to undo. */
  change(make: (book: Book) => Change): void {
    this._pipeline.settle();
    apply(this._notebook.model, make(this.book));
    this._pipeline.settle();
  }

  undo(): void {
    this._notebook.model.sharedModel.undo();
  }

  redo(): void {
    this._notebook.model.sharedModel.redo();
  }

  /** Look at the profiles again; without the server names are written by hand. */
  async load(): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    this._asking?.abort(); // What is asked for last counts, whichever answer comes last.
    this._asking = new AbortController();
    const { signal } = this._asking;
    const project = folderOf(this._notebook.path());
    const team = (this._team = this._teamNow());
    const query = team === null ? { project } : { project, team };
    let found: readonly Profile[] | null = null;
    try {
      found = await this._client.ask('profiles', { query }, { signal });
    } catch (error) {
      if (!signal.aborted && !(error instanceof ServerFailure)) {
        throw error;
      }
    }
    if (!signal.aborted) {
      this._profiles = found;
      this._onChanged();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed || this._notebook.model.isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._asking?.abort();
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  /** The notebook's team, as far as that is known. */
  private _teamNow(): string | null {
    const { found } = this._pipeline.inspection;
    return found === null ? this._team : found.team;
  }

  private _onPipeline(): void {
    if (this._asking !== null && this._teamNow() !== this._team) {
      void this.load(); // Profiles are a team's, which is known later than they are asked for.
    }
    this._onChanged();
  }

  private _onChanged(): void {
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _profiles: readonly Profile[] | null | undefined;
  /** The team whose profiles were asked for last. */
  private _team: string | null = null;
  /** What was asked for last; null before. */
  private _asking: AbortController | null = null;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
