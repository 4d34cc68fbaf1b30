import { InputDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import React from 'react';

import { stepsOf } from './book';
import type { Desk } from './desk';
import { CellEditor } from './editor';
import { rename } from './steps';
import { asName } from './tags';
import { asPlain, nameFault } from './words';

/** The fields of a cell and its step. */
export class Editor extends ReactWidget {
  constructor(private readonly _trans: TranslationBundle) {
    super();
    this.addClass('nbf-Editor');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', _trans.__('Pipeline'));
    this.node.addEventListener('keydown', event => this._onKey(event));
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

  private _onKey(event: KeyboardEvent): void {
    const accel = (event.ctrlKey || event.metaKey) && !event.altKey;
    const key = event.key.toLowerCase();
    if (event.key === 'Escape') {
      this.onClose?.();
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
  }

  private _desk: Desk | null = null;
  private _cell: string | null = null;
}

/** Ask for another name of a step, until there is one that it can have. */
export async function askName(desk: Desk, step: string, trans: TranslationBundle): Promise<void> {
  let label = trans.__('Its cells, the order of other steps and the options follow.');
  let text = step;
  for (;;) {
    const { button, value } = await InputDialog.getText({
      title: trans.__('Rename Step %1', step),
      okLabel: trans.__('Rename'),
      label,
      text,
      required: true
    });
    if (!button.accept || value === null) {
      return;
    }
    const name = asName(value);
    const taken = name !== step && stepsOf(desk.book).includes(name);
    const fault = taken ? trans.__('There is a step %1 already.', name) : nameFault(name, trans);
    label = asPlain(fault);
    text = value;
    if (label === '') {
      desk.change(book => rename(book, step, name));
      return;
    }
  }
}
