import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import React from 'react';

import { keepFocus, takeFocus } from '../parts/focus';
import { Followed } from '../parts/followed';
import { runsIcon } from './icon';
import { Board } from './view/board';
import type { Frame } from './view/frame';

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
    this._kept = keepFocus(this.node);
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Pipelines and their runs'));
  }

  override dispose(): void {
    if (!this.isDisposed) {
      const { monitor, deeds } = this._frame();
      this._kept.dispose();
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
    return <Followed signals={signals}>{() => <Board frame={this._frame()} />}</Followed>;
  }

  /** Escape leads back; from what is being filled in, that would be lost. */
  private _onKey(event: KeyboardEvent): void {
    const { target, key, defaultPrevented } = event;
    const filled = target instanceof Element && target.closest(FILLED_IN) !== null;
    if (key === 'Escape' && !defaultPrevented && !filled) {
      this._frame().monitor.back();
    }
  }

  private readonly _kept: IDisposable;
}
