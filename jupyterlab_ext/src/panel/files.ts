import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Run, RunFile } from '../generated/answers';
import { hasEnded } from '../parts/states';
import { given } from './place';
import type { RunName } from './place';

/** The files that a run's notebook wrote beside itself, as far as its steps have ended. */
export class Files {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _run: RunName
  ) {}

  get all(): readonly RunFile[] {
    return this._all;
  }

  /** Why nobody can say which they are. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  /** Look for those of a run that stands so: only where a step has ended since the last look. */
  async look(run: Run, signal: AbortSignal): Promise<void> {
    const ended = endedOf(run);
    if (ended === '' || ended === this._asked) {
      return;
    }
    this._asked = ended;
    try {
      const found = await this._client.ask('runFiles', given(this._run), { signal });
      if (ended === this._asked) {
        this._all = found;
        this._failure = null;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServerFailure)) {
        throw error;
      }
      if (ended === this._asked) {
        this._asked = ''; // The next look asks again.
        this._failure = error;
      }
    }
  }

  private _all: readonly RunFile[] = [];
  private _failure: ServerFailure | null = null;
  private _asked = '';
}

/** Which steps of a run have ended well, and when: only these leave files; empty of none. */
function endedOf({ state, steps, stored }: Run): string {
  if (stored === false) {
    return '';
  }
  const ended = steps.flatMap(step =>
    step.state === 'success' ? [`${step.name} ${step.ended ?? ''}`] : []
  );
  // Of a run that the store alone tells of, no step is known.
  return [...(steps.length === 0 && hasEnded(state) ? [state] : []), ...ended].join('\n');
}
