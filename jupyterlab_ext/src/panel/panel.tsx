import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { takeFocus } from '../parts/focus';
import { Followed } from '../parts/followed';
import { runsIcon } from './icon';
import { Board } from './view/board';
import type { Frame } from './view/frame';

/** What tells where somebody is. */
const USES = ['focusin', 'pointerdown'] as const;
const FILLED_IN = 'input, select, textarea, form';

/** The panel in JupyterLab's sidebar: pipelines and their runs. */
export class RunsPanel extends ReactWidget {
  constructor(private readonly _frame: () => Frame) {
    super();
    this.id = 'nbflow-runs';
    this.addClass('nbf-Page');
    this.addClass('nbf-Panel');
    const { trans } = _frame();
    this.title.icon = runsIcon;
    this.title.caption = trans.__('Pipelines and their runs');
    this.node.addEventListener('keydown', event => this._onKey(event));
    for (const type of USES) {
      document.addEventListener(type, this._heed, true);
    }
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Pipelines and their runs'));
  }

  override dispose(): void {
    if (!this.isDisposed) {
      const { monitor, deeds } = this._frame();
      for (const type of USES) {
        document.removeEventListener(type, this._heed, true);
      }
      monitor.dispose();
      deeds.dispose();
      super.dispose();
    }
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    takeFocus(this.node);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._frame().monitor.active = true;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._frame().monitor.active = this.isVisible;
  }

  /** Nobody looks: nothing is asked. What runs goes on. */
  protected override onBeforeHide(message: Message): void {
    this._frame().monitor.active = false;
    super.onBeforeHide(message);
  }

  protected override render(): React.JSX.Element {
    const { monitor, deeds, watch } = this._frame();
    const signals = [monitor.changed, deeds.changed, watch.changed];
    return <Followed signals={signals}>{() => this._board()}</Followed>;
  }

  private _board(): React.JSX.Element {
    return <Board frame={this._frame()} turned={this._keep} />;
  }

  /** What had the keyboard may be gone with its page. */
  private readonly _keep = (): void => {
    const { activeElement, body } = document;
    if (this._used && (activeElement === null || activeElement === body)) {
      takeFocus(this.node);
    }
  };

  private readonly _heed = ({ target }: Event): void => {
    this._used = target instanceof Node && this.node.contains(target);
  };

  /** Escape leads back; from what is being filled in, that would be lost. */
  private _onKey(event: KeyboardEvent): void {
    const { target, key, defaultPrevented } = event;
    const filled = target instanceof Element && target.closest(FILLED_IN) !== null;
    if (key === 'Escape' && !defaultPrevented && !filled) {
      this._frame().monitor.back();
    }
  }

  /** Whether it was the last that somebody used. */
  private _used = false;
}
