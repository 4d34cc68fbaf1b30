import type { Cell } from '@jupyterlab/cells';
import type { Notebook, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import { CellWidgets } from '../cells/cellWidgets';
import type { ServerFailure } from '../client/failure';
import { bookOf } from '../editing/book';
import { changeOf } from '../editing/fixes';
import { apply } from '../editing/history';
import type { Fix } from '../generated/answers';
import { findingsIn } from '../pipeline/content';
import type { NotebookPipeline } from '../pipeline/pipeline';
import { Banner } from './banner';
import { Findings } from './findings';
import type { Finding } from './findings';

/** What is wrong with one notebook: at its cells, and above them what is about the whole. */
export class FindingsBoard implements IDisposable {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _pipeline: NotebookPipeline,
    private readonly _trans: TranslationBundle
  ) {
    this._atCells = new CellWidgets(
      _panel.content,
      cell => new Findings(_trans, this._mend, line => goTo(_panel.content, cell, line)),
      'middle'
    );
    _pipeline.changed.connect(this._update, this);
    this._update();
  }

  get isDisposed(): boolean {
    return this._atCells.isDisposed;
  }

  dispose(): void {
    Signal.disconnectReceiver(this);
    this._atCells.dispose();
    this._above?.dispose();
  }

  private _update(): void {
    const { found, failure } = this._pipeline.inspection;
    const byCell = new Map<string, Finding[]>();
    const whole: Finding[] = [];
    const known = findingsIn(this._panel.context.model, found);
    const told = this._pipeline.told.filter(
      one => !known.some(other => one.code === other.code && one.cell === other.cell)
    );
    for (const one of [...known, ...told]) {
      if (one.cell === null || !this._pipeline.places.has(one.cell)) {
        whole.push({ ...one, line: null });
      } else {
        const line = one.file === undefined ? one.line : null;
        byCell.set(one.cell, [...(byCell.get(one.cell) ?? []), { ...one, line }]);
      }
    }
    if (failure !== null) {
      whole.push(unchecked(failure, this._trans));
    }
    this._atCells.update(
      cell => byCell.get(cell.model.id) ?? null,
      (widget, findings) => {
        widget.view = findings;
      }
    );
    this._showAbove(whole);
  }

  private _showAbove(findings: readonly Finding[]): void {
    if (findings.length === 0) {
      this._above?.dispose();
      this._above = null;
      return;
    }
    if (this._above === null) {
      this._above = new Banner(this._trans, this._mend);
      this._panel.contentHeader.addWidget(this._above);
    }
    this._above.view = findings;
  }

  /** Mend a finding; the keyboard goes on in the notebook, where it is undone. */
  private readonly _mend = (fix: Fix): void => {
    const { content, context } = this._panel;
    this._pipeline.settle();
    const { about } = this._pipeline.inspection;
    const change = changeOf(bookOf(context.model, this._pipeline.places), fix, about);
    if (change !== null) {
      apply(context.model, change);
    }
    content.mode = 'command';
    content.activeCell?.node.focus();
  };

  private _above: Banner | null = null;
  private readonly _atCells: CellWidgets<Findings>;
}

/** Why nothing could be found. What the server itself says is in its words. */
function unchecked(failure: ServerFailure, trans: TranslationBundle): Finding {
  const finding = { code: null, severity: 'warning', line: null } as const;
  if (failure.code === 'unreachable') {
    const message = trans.__('The notebook is not checked: Jupyter Server does not answer');
    return { ...finding, message, hint: failure.hint };
  }
  if (failure.code === 'unintelligible' && failure.status === 404) {
    const message = trans.__('The notebook is not checked: Jupyter Server has no nbflow');
    const hint = trans.__('Install nbflow in the environment that Jupyter Server runs in.');
    return { ...finding, message, hint };
  }
  const message = trans.__('The notebook is not checked: %1', failure.message);
  return { ...finding, message, hint: failure.hint };
}

/** Put the cursor at the beginning of a cell's line. */
function goTo(notebook: Notebook, cell: Cell, line: number): void {
  notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  notebook.mode = 'edit';
  cell.editor?.setCursorPosition({ line: line - 1, column: 0 });
  cell.editor?.focus();
}
