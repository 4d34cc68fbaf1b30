import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import { ServerFailure } from '../client/failure';
import type { Job } from '../generated/answers';

/** Something that somebody asked for, and how far it is. */
export interface Deed {
  readonly title: string;
  readonly state: 'going' | 'done' | 'failed';
  /** What has happened, in words. */
  readonly said: readonly string[];
  readonly failure: ServerFailure | null;
}

export interface Working {
  readonly told: (job: Job) => void;
  readonly signal: AbortSignal;
}

/** Has things done on the server, one at a time, and tells how far they are. */
export class Deeds implements IDisposable {
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What goes on, or was done last; null before, and once it was seen. */
  get now(): Deed | null {
    return this._now;
  }

  get busy(): boolean {
    return this._now?.state === 'going';
  }

  /**
   * Do something; what comes of it, or null where it failed or something else goes on.
   *
   * @param words - what goes on, and what is done, which may depend on what comes of it; '' where
   *   nobody needs to be told.
   */
  async do<Found>(
    words: { going: string; done: string | ((found: Found) => string); failed: string },
    work: (options: Working) => Promise<Found>
  ): Promise<Found | null> {
    if (this.busy || this.isDisposed) {
      return null;
    }
    const nothing = { said: [], failure: null };
    this._show({ title: words.going, state: 'going', ...nothing });
    const told = ({ said }: Job): void => {
      this._show({ title: words.going, state: 'going', said, failure: null });
    };
    try {
      const found = await work({ told, signal: this._stopped.signal });
      const done = typeof words.done === 'string' ? words.done : words.done(found);
      this._show(done === '' ? null : { title: done, state: 'done', ...nothing });
      return found;
    } catch (error) {
      if (this._stopped.signal.aborted) {
        return null;
      }
      if (!(error instanceof ServerFailure)) {
        this._show(null);
        throw error;
      }
      this._show({ title: words.failed, state: 'failed', said: [], failure: error });
      return null;
    }
  }

  /** What was done last is seen. */
  forget(): void {
    if (!this.busy) {
      this._show(null);
    }
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  /** What was begun goes on in the server. */
  dispose(): void {
    this._stopped.abort();
    Signal.clearData(this);
  }

  private _show(deed: Deed | null): void {
    if (!this.isDisposed) {
      this._now = deed;
      this._changed.emit();
    }
  }

  private _now: Deed | null = null;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
