import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';
import { JSONExt } from '@lumino/coreutils';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Diagnostic } from '../generated/answers';
import { Hues } from '../outline/hues';
import { readMarks, tagsOf, UNMARKED } from '../outline/marks';
import type { Marks } from '../outline/marks';
import { outline, refine } from '../outline/outline';
import type { Place } from '../outline/outline';
import { contentOf } from './content';
import { Inspection } from './inspection';
import type { Subject } from './inspection';
import type { Preferences } from './preferences';

/** Milliseconds that changes of tags are gathered: a renamed step is in many cells. */
const GATHERED = 30;

/** Something wrong at a cell; the code is null of what no rule finds. */
export type Told = Omit<Diagnostic, 'code' | 'hint'> & { code: string | null; hint: string | null };

/** What an open notebook means, kept up with its tags as they are edited. */
export class NotebookPipeline implements IDisposable {
  constructor(
    private readonly _model: INotebookModel,
    private readonly _preferences: Preferences,
    ask: Subject['ask']
  ) {
    this.inspection = new Inspection({
      ask,
      content: () => contentOf(_model),
      wanted: () => this._wanted,
      delay: () => _preferences.now.delay * 1000
    });
    this._follow();
    this._update();
    _model.cells.changed.connect(this._onCells, this);
    _model.metadataChanged.connect(this._gather, this);
    _model.contentChanged.connect(this._onContent, this);
    _preferences.changed.connect(this._onPreferences, this);
    this.inspection.changed.connect(this._update, this);
    this.inspection.touch();
  }

  /** Has the notebook looked at by the server. */
  readonly inspection: Inspection;

  /** Tells of new places, and of new findings. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether anything says that the notebook is a pipeline: a tag, or options. */
  get declared(): boolean {
    return this._declared;
  }

  /**
   * Have it checked, though nothing says that it is a pipeline, until what this returns is disposed:
   * somebody wants to make it one.
   */
  watch(): IDisposable {
    this._watchers++;
    this.inspection.touch();
    return new DisposableDelegate(() => {
      this._watchers--;
      if (!this.isDisposed && !this._wanted) {
        this.inspection.forget();
      }
    });
  }

  /** What each cell is, by its id. */
  get places(): ReadonlyMap<string, Place> {
    return this._places;
  }

  /** What was found wrong elsewhere with the notebook as it is, as when it was published. */
  get told(): readonly Told[] {
    return this._told;
  }

  /** Say what was found elsewhere; it holds until the notebook is changed. */
  tell(told: readonly Told[]): void {
    if (told.length > 0 || this._told.length > 0) {
      this._told = told;
      this._toldOf = told.length > 0 ? this._written() : '';
      this._changed.emit();
    }
  }

  /** The colour of a step, counted from 0. */
  hue(step: string): number {
    return this._hues.of(step);
  }

  /**
   * Read the tags of a cell again, where no signal may have told of a change.
   *
   * JupyterLab's own form for tags adds the first one to a list in place. Nobody else would see it
   * then, and where several people work together it would not be saved.
   */
  reread(cell: ICellModel): void {
    const known = this._marks.get(cell);
    if (known !== undefined && !JSONExt.deepEqual({ ...known }, { ...marksOf(cell) })) {
      const tags: unknown = cell.getMetadata('tags');
      if (tags !== undefined) {
        cell.sharedModel.transact(() => {
          // What seems to be there already is not set again.
          cell.deleteMetadata('tags');
          cell.setMetadata('tags', tags);
        });
      }
      this._onTags(cell);
      this.inspection.touch();
    }
  }

  /** Take in at once what was changed just now. */
  settle(): void {
    if (this._timer !== undefined) {
      clearTimeout(this._timer);
      this._timer = undefined;
      this._update();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.disconnectReceiver(this);
    this.inspection.dispose();
    this._marks.clear();
    Signal.clearData(this);
  }

  private _onCells(): void {
    this._follow();
    this._gather();
  }

  /** Follow the tags of cells that are new, and no longer of those that are gone. */
  private _follow(): void {
    const present = new Set<ICellModel>(this._model.cells);
    for (const cell of this._marks.keys()) {
      if (!present.has(cell)) {
        cell.metadataChanged.disconnect(this._onTags, this);
        this._marks.delete(cell);
      }
    }
    for (const cell of present) {
      if (!this._marks.has(cell)) {
        cell.metadataChanged.connect(this._onTags, this);
        this._marks.set(cell, marksOf(cell));
      }
    }
  }

  private _onTags(cell: ICellModel): void {
    this._marks.set(cell, marksOf(cell));
    this._gather();
  }

  private _onContent(): void {
    // JupyterLab tells of changes of which nothing comes, too, and of the kernel's.
    if (this._told.length > 0 && this._written() !== this._toldOf) {
      this.tell([]);
    }
    this.inspection.touch();
  }

  /** What its author has written: code, tags and options. */
  private _written(): string {
    const cells = Array.from(this._model.cells, cell => [
      cell.id,
      cell.sharedModel.getSource(),
      cell.getMetadata('tags') as unknown
    ]);
    return JSON.stringify([cells, this._model.getMetadata('nbflow')]);
  }

  private _onPreferences(): void {
    if (this._checks) {
      this.inspection.touch();
    } else {
      this.inspection.forget();
    }
  }

  /** Whoever writes a notebook that is no pipeline is left alone. */
  private get _wanted(): boolean {
    return (this._declared || this._watchers > 0) && this._checks;
  }

  private get _checks(): boolean {
    const { show, check } = this._preferences.now;
    return show && check;
  }

  private _gather(): void {
    this._timer ??= setTimeout(() => {
      this._timer = undefined;
      this._update();
    }, GATHERED);
  }

  private _update(): void {
    const cells = Array.from(this._model.cells, cell => ({
      id: cell.id,
      code: cell.type === 'code',
      marks: this._marks.get(cell) ?? UNMARKED
    }));
    const { found } = this.inspection;
    const places = outline(cells);
    this._places = found === null ? places : refine(places, found);
    this._declared =
      cells.some(cell => cell.marks.ours) || this._model.getMetadata('nbflow') !== undefined;
    this._hues.update([...this._places.values()].flatMap(({ step }) => step ?? []));
    this._changed.emit();
  }

  private _places: ReadonlyMap<string, Place> = new Map();
  private _declared = false;
  private _watchers = 0;
  private _told: readonly Told[] = [];
  private _toldOf = '';
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _hues = new Hues();
  private readonly _marks = new Map<ICellModel, Marks>();
  private readonly _changed = new Signal<this, void>(this);
}

function marksOf(cell: ICellModel): Marks {
  return cell.type === 'code' ? readMarks(tagsOf(cell.getMetadata('tags'))) : UNMARKED;
}
