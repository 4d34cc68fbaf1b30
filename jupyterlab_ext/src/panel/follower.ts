import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Graph, Run, StepRun } from '../generated/answers';
import { hasEnded } from '../parts/states';
import { Lines } from './lines';
import { given } from './place';
import type { RunName } from './place';

const NOTHING: Graph = { steps: [], notebook: null };

/** Follows one run: its steps, how they hang together, and the log of one of them. */
export class Follower implements IDisposable {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    readonly name: RunName,
    known: Run | null = null
  ) {
    this._run = known;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** How it stands; null before it is known. */
  get run(): Run | null {
    return this._run;
  }

  /** Whether all of it is known, and not only what a list tells. */
  get looked(): boolean {
    return this._looked;
  }

  get graph(): Graph {
    return this._graph ?? NOTHING;
  }

  /** The log that is shown; null of none. */
  get lines(): Lines | null {
    return this._lines;
  }

  /** Why the last look told nothing. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  /** Whether Airflow, whose run it is, was not in reach at the last look. */
  get away(): boolean {
    return this._away;
  }

  get going(): boolean {
    return this._run !== null && !hasEnded(this._run.state);
  }

  /** Show the log of this step from now on. */
  async choose(step: string): Promise<void> {
    this._chosen = step;
    this._changed.emit();
    await this._read();
  }

  /** Look again. */
  async look(): Promise<void> {
    const { signal } = this._stopped;
    try {
      const found = await this._client.ask('getRun', given(this.name), { signal });
      this._away = !found.here && found.url === null;
      // The store alone does not know how a run of Airflow stands: what Airflow said last counts.
      if (!this._away || (this._run === null && found.steps.length > 0)) {
        this._run = found;
      }
      this._looked = true;
      this._failure = null;
    } catch (error) {
      this._failed(error);
    }
    this._changed.emit();
    await this._lookAtGraph();
    await this._read();
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  dispose(): void {
    this._stopped.abort();
    Signal.clearData(this);
  }

  /** A run that has just begun has left nothing yet that says how its steps hang together. */
  private async _lookAtGraph(): Promise<void> {
    const known = this._graph !== null && (this._graph.steps.length > 0 || !this.going);
    if (known || this._run === null || this.isDisposed) {
      return;
    }
    const { signal } = this._stopped;
    try {
      this._graph = await this._client.ask('graph', given(this.name), { signal });
    } catch (error) {
      this._failed(error);
    }
    this._changed.emit();
  }

  private async _read(): Promise<void> {
    const step = this._shown();
    if (step === undefined || this.isDisposed) {
      return;
    }
    if (this._lines?.step !== step.name) {
      this._lines = new Lines(this._client, this.name, step.name);
    }
    const lines = this._lines;
    const ended = hasEnded(step.state);
    if (step.started === null && !ended) {
      this._changed.emit();
      return;
    }
    try {
      const attempt = `${step.attempt} ${step.started ?? ''}`; // A run that goes on counts anew.
      await lines.read(attempt, ended, this._stopped.signal);
    } catch (error) {
      this._failed(error);
    }
    this._changed.emit();
  }

  /** Whose log is read: the chosen step's, else that of the one that tells most. */
  private _shown(): StepRun | undefined {
    const steps = this._run?.steps ?? [];
    const last = steps.filter(one => one.started !== null && !one.kept).at(-1);
    return (
      steps.find(one => one.name === this._chosen) ??
      steps.find(one => one.state === 'failed') ??
      steps.find(one => one.state === 'running' || one.state === 'retrying') ??
      last
    );
  }

  private _failed(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (!(error instanceof ServerFailure)) {
      throw error;
    }
    this._failure = error;
  }

  private _run: Run | null;
  private _looked = false;
  private _away = false;
  private _graph: Graph | null = null;
  private _lines: Lines | null = null;
  private _chosen: string | null = null;
  private _failure: ServerFailure | null = null;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
