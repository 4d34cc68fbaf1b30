import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import type { PanelLayout, Widget } from '@lumino/widgets';

const INPUT = 'jp-Cell-inputWrapper';

/** Widgets of ours in the cells of a notebook, at most one in each. */
export class CellWidgets<W extends Widget> implements IDisposable {
  /**
   * @param _make - makes a cell's.
   * @param _where - at the top of the cell, or between its input and its output.
   */
  constructor(
    private readonly _notebook: Notebook,
    private readonly _make: (cell: Cell) => W,
    private readonly _where: 'top' | 'middle'
  ) {}

  /** Give a view to the widget of each cell; cells for which it is null have none. */
  update<View>(view: (cell: Cell) => View | null, show: (widget: W, view: View) => void): void {
    for (const cell of this._notebook.widgets) {
      const found = view(cell);
      if (found !== null) {
        show(this._of(cell), found);
      } else {
        this._widgets.get(cell)?.dispose();
      }
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    for (const widget of [...this._widgets.values()]) {
      widget.dispose();
    }
  }

  private _of(cell: Cell): W {
    const known = this._widgets.get(cell);
    if (known !== undefined) {
      return known;
    }
    const made = this._make(cell);
    this._widgets.set(cell, made);
    made.disposed.connect(() => this._widgets.delete(cell));
    cell.disposed.connect(made.dispose, made);
    if (this._where === 'top') {
      (cell.layout as PanelLayout).insertWidget(0, made);
    } else {
      void this._putInMiddle(cell, made);
    }
    return made;
  }

  /** Cells that were never in sight have no input yet. */
  private async _putInMiddle(cell: Cell, made: W): Promise<void> {
    await cell.ready;
    if (made.isDisposed) {
      return;
    }
    const layout = cell.layout as PanelLayout;
    layout.insertWidget(layout.widgets.findIndex(one => one.hasClass(INPUT)) + 1, made);
  }

  private _isDisposed = false;
  private readonly _widgets = new Map<Cell, W>();
}
