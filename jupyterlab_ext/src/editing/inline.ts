import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { PanelLayout } from '@lumino/widgets';

import type { Desk } from './desk';
import { Editor } from './widget';

const INPUT = 'jp-Cell-inputWrapper';

/** The editor that unfolds in a cell, above its code; one for each notebook. */
export class InlineEditor implements IDisposable {
  constructor(
    private readonly _notebook: Notebook,
    private readonly _desk: Desk,
    private readonly _trans: TranslationBundle
  ) {}

  /** Unfold it in a cell; where it is there already, fold it. */
  async toggle(cell: Cell): Promise<void> {
    const again = this._cell === cell;
    this.close();
    if (again || cell.isDisposed) {
      return;
    }
    const editor = new Editor(this._trans);
    this._editor = editor;
    this._cell = cell;
    editor.addClass('nbf-mod-inline');
    editor.onClose = () => this.close();
    editor.edit(this._desk, cell.model.id);
    cell.disposed.connect(this.close, this);
    await cell.ready; // One that was never in sight has no input yet.
    if (!editor.isDisposed) {
      const layout = cell.layout as PanelLayout;
      layout.insertWidget(
        layout.widgets.findIndex(one => one.hasClass(INPUT)),
        editor
      );
      await editor.renderPromise;
      editor.enter();
    }
  }

  /** Fold it; the keyboard goes on in the notebook. */
  close(): void {
    const editor = this._editor;
    if (editor === null) {
      return;
    }
    const had = editor.node.contains(document.activeElement);
    this._cell?.disposed.disconnect(this.close, this);
    this._editor = this._cell = null;
    editor.dispose();
    if (had) {
      this._notebook.activate();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.disconnectReceiver(this);
    this._editor?.dispose();
    this._editor = this._cell = null;
  }

  private _editor: Editor | null = null;
  private _cell: Cell | null = null;
  private _isDisposed = false;
}
