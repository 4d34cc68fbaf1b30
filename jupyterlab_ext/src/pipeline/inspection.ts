import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';

import { ServerFailure } from '../client/failure';
import type { Inspected } from '../generated/answers';

/** What an inspection needs of the notebook, and of the server. */
export interface Subject<Found = Inspected> {
  /** The notebook as it is now, or what else is asked about. */
  content(): Record<string, unknown>;
  ask(content: Record<string, unknown>, signal: AbortSignal): Promise<Found>;
  /** Whether anybody wants to know. */
  wanted(): boolean;
  /** Milliseconds without a change after which it is asked. */
  delay(): number;
}

/**
 * Has a notebook inspected, or something else looked up, when its author pauses.
 *
 * A keystroke costs a timer, and nothing is asked twice: not the same notebook again, and not a
 * second time before the first is answered.
 */
export class Inspection<Found = Inspected> implements IDisposable {
  constructor(private readonly _subject: Subject<Found>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What was found last; null before, and where it could not be found out. */
  get found(): Found | null {
    return this._found;
  }

  /** What it was found in; null where nothing was found. */
  get about(): Record<string, unknown> | null {
    return this._about;
  }

  /** Why it could not be found out. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  /** The notebook may have changed. */
  touch(): void {
    if (this.isDisposed) {
      return;
    }
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._timer = undefined;
      void this._look();
    }, this._subject.delay());
  }

  /** Whether an answer is awaited, or will be asked for. */
  get pending(): boolean {
    return this._asking || this._timer !== undefined;
  }

  /** What is known may be true no more: ask again, though nothing was written. */
  renew(): void {
    this._known = '';
    this.touch();
  }

  /** Forget what was found, and ask nothing until it is touched again. */
  forget(): void {
    clearTimeout(this._timer);
    this._timer = undefined;
    this._known = '';
    if (this._found !== null || this._failure !== null) {
      this._tell(null, null);
    }
  }

  dispose(): void {
    clearTimeout(this._timer);
    this._stopped.abort();
    Signal.clearData(this);
  }

  private async _look(): Promise<void> {
    if (!this._subject.wanted()) {
      this.forget();
      return;
    }
    if (this._asking) {
      this._again = true;
      return;
    }
    const content = this._subject.content();
    const text = JSON.stringify(content);
    if (text === this._known) {
      return;
    }
    this._asking = true;
    this._known = text;
    try {
      const found = await this._subject.ask(content, this._stopped.signal);
      this._answered(text, () => this._tell(found, null, content));
    } catch (error) {
      this._answered(text, () => this._failed(error));
    } finally {
      this._asking = false;
    }
    if (this._again) {
      this._again = false;
      this.touch();
    }
  }

  /** Take over an answer that is still asked for. */
  private _answered(text: string, take: () => void): void {
    if (!this.isDisposed && text === this._known) {
      take();
    }
  }

  private _failed(error: unknown): void {
    this._known = ''; // The next change asks again, whatever it is.
    if (!(error instanceof ServerFailure)) {
      throw error;
    }
    this._tell(null, error);
  }

  private _tell(
    found: Found | null,
    failure: ServerFailure | null,
    about: Record<string, unknown> | null = null
  ): void {
    this._found = found;
    this._failure = failure;
    this._about = about;
    this._changed.emit();
  }

  private _found: Found | null = null;
  private _about: Record<string, unknown> | null = null;
  private _failure: ServerFailure | null = null;
  private _known = '';
  private _asking = false;
  private _again = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
