import { Widget } from '@lumino/widgets';

import type { StripView } from './view';

/** A cell's strip: a bar in the colour of its step, and above the cell what begins there. */
export class Strip extends Widget {
  /** @param _edit - lets the reader edit what the strip says. */
  constructor(
    private readonly _cell: Widget,
    private readonly _edit: () => void = () => undefined
  ) {
    super();
    this.addClass('nbf-Strip');
    this._bar.className = 'nbf-Strip-bar';
    this._head.className = 'nbf-Strip-head';
    this._name.className = 'nbf-Strip-name';
    this._name.type = 'button';
    this._name.addEventListener('click', () => this._edit());
    this.node.append(this._bar, this._head);
    _cell.addClass('nbf-Cell');
  }

  /** Show this from now on. */
  set view(view: StripView) {
    const text = JSON.stringify(view);
    if (text === this._shown) {
      return;
    }
    this._shown = text;
    this.node.dataset.tone = view.tone;
    this.node.dataset.hue = String(view.hue);
    this.node.dataset.begins = String(view.begins);
    this._cell.toggleClass('nbf-mod-skip', view.tone === 'skip');
    this._bar.title = view.title;
    this._head.hidden = !view.headed;
    this._head.title = view.title;
    this._name.textContent = view.name;
    this._name.setAttribute('aria-label', view.label);
    this._head.replaceChildren(
      this._name,
      ...view.marks.map(mark => labelled('nbf-Strip-mark', mark))
    );
  }

  override dispose(): void {
    this._cell.removeClass('nbf-Cell');
    this._cell.removeClass('nbf-mod-skip');
    super.dispose();
  }

  private _shown = '';
  private readonly _bar = document.createElement('div');
  private readonly _head = document.createElement('div');
  // The same for the strip's whole life: who has come to it with the keyboard stays there.
  private readonly _name = document.createElement('button');
}

function labelled(name: string, text: string): HTMLElement {
  const node = document.createElement('span');
  node.className = name;
  node.textContent = text;
  return node;
}
