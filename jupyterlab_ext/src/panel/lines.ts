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
    return this._lines;
  }

  /** How many that were written first are not kept. */
  get left(): number {
    return this._next - this._lines.length;
  }

  /** Whether anything has been told. */
  get loaded(): boolean {
    return this._loaded;
  }

  /** Why the last look told nothing. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  /**
   * Read on.
   *
   * @param attempt - which it is, and when it began: each has a log of its own.
   * @param ended - whether the step has; then it is read to its end, and no more.
   */
  async read(attempt: string, ended: boolean, signal: AbortSignal): Promise<void> {
    if (attempt !== this._attempt) {
      this._attempt = attempt;
      this._lines = [];
      this._next = 0;
      this._done = false;
    }
    if (this._done) {
      return;
    }
    try {
      await this._readOn(ended, signal);
      this._failure = null;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServerFailure)) {
        throw error;
      }
      this._failure = error;
    }
    this._loaded = true;
  }

  private async _readOn(ended: boolean, signal: AbortSignal): Promise<void> {
    let lines: readonly Line[];
    do {
      const { path, query } = given(this._run);
      const asked = { ...query, step: this.step, after: this._next, limit: AT_ONCE };
      const found = await this._client.ask('logs', { path, query: asked }, { signal });
      lines = found.lines;
      this._next = found.next;
      this._lines = [...this._lines, ...lines].slice(-KEPT);
    } while (lines.length === AT_ONCE);
    // What was written last is there a moment after the end.
    this._done = ended && lines.length === 0;
  }

  private _lines: readonly Line[] = [];
  private _next = 0;
  private _attempt = '';
  private _loaded = false;
  private _done = false;
  private _failure: ServerFailure | null = null;
}
