import type { Answer, Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { RunName } from './place';
import { given } from './place';

export type Line = Answer<'logs'>['lines'][number];

/** Lines that are asked for at once, and that are kept. */
const AT_ONCE = 2000;
const KEPT = 20_000;

/** What a step of a run has written, as far as it is known. */
export class Lines {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _run: RunName,
    readonly step: string
  ) {}

  get all(): readonly Line[] {
    return this._written.lines;
  }

  /** How many that were written first are not kept. */
  get left(): number {
    return this._written.next - this._written.lines.length;
  }

  /** Whether anything has been told. */
  get loaded(): boolean {
    return this._loaded;
  }

  /** Whether nothing more will be. */
  get done(): boolean {
    return this._written.done;
  }

  /** Why the last look told nothing. */
  get failure(): ServerFailure | null {
    return this._written.failure;
  }

  /**
   * Read on.
   *
   * @param attempt - which it is, and when it began: each has a log of its own.
   * @param ended - whether the step has; then it is read to its end, and no more.
   */
  async read(attempt: string, ended: boolean, signal: AbortSignal): Promise<void> {
    if (attempt !== this._written.attempt) {
      this._written = nothing(attempt); // What is still answered of the other is nobody's.
    }
    const written = this._written;
    if (written.done) {
      return;
    }
    // Two that ask from the same line on would both keep what they are told.
    written.reading ??= this._read(written, ended, signal).finally(() => {
      written.reading = null;
    });
    await written.reading;
  }

  private async _read(written: Written, ended: boolean, signal: AbortSignal): Promise<void> {
    try {
      await this._readOn(written, ended, signal);
      written.failure = null;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServerFailure)) {
        throw error;
      }
      written.failure = error;
    }
    this._loaded = true;
  }

  private async _readOn(written: Written, ended: boolean, signal: AbortSignal): Promise<void> {
    let lines: readonly Line[];
    do {
      const { path, query } = given(this._run);
      const asked = { ...query, step: this.step, after: written.next, limit: AT_ONCE };
      const found = await this._client.ask('logs', { path, query: asked }, { signal });
      lines = found.lines;
      written.next = found.next;
      written.lines = [...written.lines, ...lines].slice(-KEPT);
    } while (lines.length === AT_ONCE && written === this._written);
    // What was written last is there a moment after the end.
    written.done = ended && lines.length === 0;
  }

  private _written = nothing('');
  private _loaded = false;
}

/** What one attempt has written. */
interface Written {
  readonly attempt: string;
  lines: readonly Line[];
  next: number;
  /** Whether it is known to its end. */
  done: boolean;
  failure: ServerFailure | null;
  /** What reads on just now; null of nobody. */
  reading: Promise<void> | null;
}

function nothing(attempt: string): Written {
  return { attempt, lines: [], next: 0, done: false, failure: null, reading: null };
}
