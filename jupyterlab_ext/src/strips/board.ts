import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import { CellWidgets } from '../cells/cellWidgets';
import type { NotebookPipeline } from '../pipeline/pipeline';
import type { Preferences } from '../pipeline/preferences';
import { Strip } from './strip';
import { stripView } from './view';

/** The strips of one notebook. */
export class StripBoard implements IDisposable {
  constructor(
    notebook: Notebook,
    private readonly _pipeline: NotebookPipeline,
    private readonly _preferences: Preferences,
    private readonly _trans: TranslationBundle,
    edit: (cell: Cell) => void
  ) {
    this._strips = new CellWidgets(notebook, cell => new Strip(cell, () => edit(cell)), 'top');
    _pipeline.changed.connect(this._update, this);
    _preferences.changed.connect(this._update, this);
    this._update();
  }

  get isDisposed(): boolean {
    return this._strips.isDisposed;
  }

  dispose(): void {
    Signal.disconnectReceiver(this);
    this._strips.dispose();
  }

  private _update(): void {
    const shown = this._preferences.now.show && this._pipeline.declared;
    const hue = (step: string): number => this._pipeline.hue(step);
    this._strips.update(
      cell => {
        const place = shown ? this._pipeline.places.get(cell.model.id) : undefined;
        return place === undefined ? null : stripView(place, hue, this._trans);
      },
      (strip, view) => {
        strip.view = view;
      }
    );
  }

  private readonly _strips: CellWidgets<Strip>;
}
