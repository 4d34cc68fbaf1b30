import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { optionsOf, same, valueAt, withOption } from '../parts/options';
import type { Options, Where } from '../parts/options';

const KEY = 'nbflow';
/** Milliseconds in which changes of one option are one to undo: a word, and not each letter. */
const TOGETHER = 1000;

interface Change {
  readonly where: Where;
  readonly before: unknown;
  readonly after: unknown;
  readonly moment: number;
}

/**
 * The choices about a notebook, which stand in its metadata.
 *
 * They are written through the shared model: who has the notebook open too sees them. JupyterLab
 * undoes what is done to cells alone; so these are undone one by one, and what a colleague has
 * chosen meanwhile stays.
 */
export class Choices implements IDisposable {
  constructor(private readonly _model: INotebookModel) {
    this._options = optionsOf(_model.getMetadata(KEY));
    _model.metadataChanged.connect(this._onMetadata, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get now(): Options {
    return this._options;
  }

  /** Choose; undefined lets it be as it is without a choice. */
  choose(where: Where, value: unknown): void {
    const before = valueAt(this._options, where);
    if (same(before, value)) {
      return;
    }
    const moment = Date.now();
    const last = this._done.at(-1);
    if (last !== undefined && same(last.where, where) && moment - last.moment < TOGETHER) {
      this._done[this._done.length - 1] = { ...last, after: value, moment };
    } else {
      this._done.push({ where, before, after: value, moment });
    }
    this._undone = [];
    this._write(where, value);
  }

  get canUndo(): boolean {
    return this._done.length > 0;
  }

  get canRedo(): boolean {
    return this._undone.length > 0;
  }

  undo(): void {
    const change = this._done.pop();
    if (change !== undefined) {
      this._undone.push(change);
      this._write(change.where, change.before);
    }
  }

  redo(): void {
    const change = this._undone.pop();
    if (change !== undefined) {
      this._done.push({ ...change, moment: 0 });
      this._write(change.where, change.after);
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private _write(where: Where, value: unknown): void {
    const options = withOption(this._options, where, value);
    if (Object.keys(options).length === 0) {
      this._model.deleteMetadata(KEY);
    } else {
      this._model.setMetadata(KEY, options);
    }
  }

  private _onMetadata(): void {
    const options = optionsOf(this._model.getMetadata(KEY));
    if (!same(options, this._options)) {
      this._options = options;
      this._changed.emit();
    }
  }

  private _options: Options;
  private readonly _done: Change[] = [];
  private _undone: Change[] = [];
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}
