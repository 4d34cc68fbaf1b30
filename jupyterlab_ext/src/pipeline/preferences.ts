import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

/** What a user may choose; the values are those of `schema/pipelines.json`. */
export interface Chosen {
  /** Show the pipeline in notebooks. */
  readonly show: boolean;
  /** Check notebooks while they are written. */
  readonly check: boolean;
  /** Seconds without a change after which a notebook is checked. */
  readonly delay: number;
}

const DEFAULTS: Chosen = { show: true, check: true, delay: 1 };

/** What the user chose, with a signal when that changes. */
export class Preferences {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get now(): Chosen {
    return this._now;
  }

  /** Take over what settings say; what is none of a choice's kind is left as it was. */
  update(settings: Readonly<Record<string, unknown>>): void {
    const { show, check, delay } = { ...this._now, ...settings };
    this._now = {
      show: typeof show === 'boolean' ? show : this._now.show,
      check: typeof check === 'boolean' ? check : this._now.check,
      delay: typeof delay === 'number' ? delay : this._now.delay
    };
    this._changed.emit();
  }

  private _now = DEFAULTS;
  private readonly _changed = new Signal<this, void>(this);
}
