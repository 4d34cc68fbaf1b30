import { NotebookTools } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PanelLayout } from '@lumino/widgets';

import type { Desk } from './desk';
import { Editor } from './widget';

/** The editor of the active cell in the property inspector. */
export class InspectorTool extends NotebookTools.Tool {
  constructor(
    private readonly _desk: (panel: NotebookPanel) => Desk | undefined,
    trans: TranslationBundle
  ) {
    super();
    this.addClass('nbf-Inspector');
    this._editor = new Editor(trans);
    const layout = new PanelLayout();
    this.layout = layout;
    layout.addWidget(this._editor);
  }

  /** Show what is active now, where anybody looks: profiles are asked for. */
  follow(): void {
    const { activeNotebookPanel: panel, activeCell: cell } = this.notebookTools;
    const desk = panel === null || !this.isVisible ? undefined : this._desk(panel);
    // Nothing is kept of a notebook that was closed.
    this._editor.edit(desk ?? null, cell?.model.id ?? null);
  }

  protected override onAfterShow(): void {
    this.follow();
  }

  protected override onActiveCellChanged(): void {
    this.follow();
  }

  protected override onActiveNotebookPanelChanged(): void {
    this.follow();
  }

  private readonly _editor: Editor;
}
