import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Run } from '../generated/answers';
import { hasEnded } from '../parts/states';
import { given, isRecord, keyOf } from './place';
import type { RunName } from './place';

/** A run of which somebody wants to know when it ends. */
export interface Watched extends RunName {
  /** When it had ended before it went on; that end is none any more. */
  readonly before: string | null;
  /** Since when it is watched: milliseconds, as `Date.now()`. */
  readonly since: number;
}

/** Milliseconds between two looks. */
const LOOK = 5000;
/** Milliseconds after which a run that should go on, and does not, has ended as it was. */
const PATIENCE = 60_000;
/** Milliseconds after which nobody waits any more. */
const LONGEST = 30 * 24 * 3600 * 1000;

/** Looks at runs that somebody wants to know of, and tells when they end. */
export class Watch implements IDisposable {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _clock: () => number = Date.now
  ) {
    this._poll = new Poll({
      auto: false,
      name: 'nbflow:watch',
      factory: () => this.look(),
      frequency: { interval: LOOK, backoff: true, max: 12 * LOOK },
      // It is told also to somebody who looks at another page.
      standby: 'never'
    });
  }

  /** Tells when runs are watched that were not, or the other way round. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Tells of each run that has ended. */
  get ended(): ISignal<this, { name: RunName; run: Run }> {
    return this._ended;
  }

  get all(): readonly Watched[] {
    return [...this._watched.values()];
  }

  has(name: RunName): boolean {
    return this._watched.has(keyOf(name));
  }

  /** @param before - when it had ended, of a run that goes on. */
  add(name: RunName, before: string | null = null): void {
    this._watched.set(keyOf(name), { ...name, before, since: this._clock() });
    this._tell();
  }

  remove(name: RunName): void {
    if (this._watched.delete(keyOf(name))) {
      this._tell();
    }
  }

  /** Watch what was watched when the page was closed. */
  restore(kept: unknown): void {
    for (const one of Array.isArray(kept) ? (kept as unknown[]) : []) {
      if (isWatched(one) && !this.has(one)) {
        this._watched.set(keyOf(one), one);
      }
    }
    this._tell();
  }

  /** Look at all of them once. */
  async look(): Promise<void> {
    for (const one of this.all) {
      if (!this._isMeant(one)) {
        continue;
      }
      if (this._clock() - one.since > LONGEST) {
        this.remove(one);
        continue;
      }
      let run: Run;
      try {
        run = await this._client.ask('getRun', given(one), { signal: this._stopped.signal });
      } catch (error) {
        if (this.isDisposed || error instanceof ServerFailure) {
          continue; // It is looked for again: a server that is away comes back.
        }
        throw error;
      }
      if (this._isMeant(one) && this._isOver(one, run)) {
        this.remove(one);
        this._ended.emit({ name: one, run });
      }
    }
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  dispose(): void {
    this._stopped.abort();
    this._poll.dispose();
    Signal.clearData(this);
  }

  /** Whether it is watched still, and did not go on since: then another end is waited for. */
  private _isMeant(one: Watched): boolean {
    return this._watched.get(keyOf(one)) === one;
  }

  /** Right after a run was told to go on, the server may still say how it had ended. */
  private _isOver(one: Watched, run: Run): boolean {
    const old = one.before !== null && run.ended === one.before;
    return hasEnded(run.state) && (!old || this._clock() - one.since > PATIENCE);
  }

  private _tell(): void {
    void (this._watched.size === 0 ? this._poll.stop() : this._poll.start());
    this._changed.emit();
  }

  private readonly _watched = new Map<string, Watched>();
  private readonly _poll: Poll;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, { name: RunName; run: Run }>(this);
}

function isWatched(value: unknown): value is Watched {
  return (
    isRecord(value) &&
    ['project', 'dag_id', 'run_id'].every(name => typeof value[name] === 'string') &&
    (value.before === null || typeof value.before === 'string') &&
    typeof value.since === 'number'
  );
}
