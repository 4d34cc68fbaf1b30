import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import React from 'react';

import type { Desk } from './desk';
import { CellEditor } from './editor';
import { askName } from './naming';

/** The fields of a cell and its step. */
export class Editor extends ReactWidget {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('nbf-Editor');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', _trans.__('Pipeline'));
  }

  /** Edit this cell from now on; null is none. */
  edit(desk: Desk | null, cell: string | null): void {
    if (desk !== this._desk) {
      this._desk?.changed.disconnect(this._onChanged, this);
      desk?.changed.connect(this._onChanged, this);
      this._desk = desk;
      void desk?.load();
    }
    this._cell = cell;
    this.update();
  }

  /** Called when one wants to go back to the notebook. */
  onClose: (() => void) | null = null;

  /** Put the keyboard in the first field. */
  enter(): void {
    this.node.querySelector<HTMLElement>('select, input, button')?.focus();
  }

  override dispose(): void {
    Signal.disconnectReceiver(this);
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    const desk = this._desk;
    if (desk === null || desk.isDisposed || this._cell === null) {
      return <p className="nbf-Editor-note">{this._trans.__('No cell is chosen.')}</p>;
    }
    return (
      <>
        <CellEditor
          book={desk.book}
          cell={this._cell}
          profiles={desk.profiles}
          readOnly={desk.readOnly}
          needs={step => desk.needs(step)}
          trans={this._trans}
          change={make => desk.change(make)}
          rename={step => void askName(desk, step, this._trans)}
        />
        {this.onClose !== null && (
          <button
            type="button"
            className="nbf-Link nbf-Editor-close"
            onClick={() => this.onClose?.()}
          >
            {this._trans.__('Close')}
          </button>
        )}
      </>
    );
  }

  protected override onUpdateRequest(message: Message): void {
    const had = this.node.contains(document.activeElement);
    super.onUpdateRequest(message);
    // Its fields, which React tells of keys, come first; it is added once.
    this.node.addEventListener('keydown', this._onKey);
    void this.renderPromise?.then(() => {
      // The field may be gone that the keyboard was in, as when a step's name is taken back.
      if (had && document.activeElement === document.body && !this.isDisposed) {
        this.enter();
      }
    });
  }

  private _onChanged(): void {
    this.update();
  }

  private readonly _onKey = (event: KeyboardEvent): void => {
    const accel = (event.ctrlKey || event.metaKey) && !event.altKey;
    const key = event.key.toLowerCase();
    if (event.key === 'Escape') {
      if (!event.defaultPrevented) {
        this.onClose?.();
      }
    } else if (accel && (key === 'z' || key === 'y')) {
      // The browser's own undo would change a field, and nothing that it stands for.
      event.preventDefault();
      if (key === 'y' || event.shiftKey) {
        this._desk?.redo();
      } else {
        this._desk?.undo();
      }
    }
    // Arrows and letters are those of its fields, and no commands to the notebook.
    if (!accel || key === 'z' || key === 'y') {
      event.stopPropagation();
    }
  };

  private _desk: Desk | null = null;
  private _cell: string | null = null;
}
