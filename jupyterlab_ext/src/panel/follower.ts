import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Graph, Run, StepRun } from '../generated/answers';
import { hasEnded, isUntold } from '../parts/states';
import { Files } from './files';
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
    this.files = new Files(_client, name);
  }

  /** What its notebook wrote beside itself. */
  readonly files: Files;

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

  /** Whether its log cannot be read on: Airflow has it, and is away. */
  get cut(): boolean {
    return this._away && this._lines?.done === false;
  }

  /** Whether no step of it begins, as Airflow has paused its pipeline. */
  get held(): boolean {
    return this._paused && this._waits && !this._away;
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
    const number = ++this._asked;
    try {
      const found = await this._client.ask('getRun', given(this.name), { signal });
      if (number < this._answered) {
        return; // Who asked later knows more.
      }
      this._answered = number;
      this._away = isUntold(found);
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
    await Promise.all([this._lookAtPause(), this._read(), this._lookAtFiles()]);
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

  /** A run that does not move may be held back. */
  private async _lookAtPause(): Promise<void> {
    if (!this._waits || this.isDisposed) {
      return;
    }
    const { project, dag_id } = this.name;
    const { signal } = this._stopped;
    try {
      const query = { project, dag_id, limit: 1 };
      const { pipelines } = await this._client.ask('pipelines', { query }, { signal });
      this._paused = pipelines[0]?.paused ?? this._paused;
    } catch (error) {
      // While nobody can say, it is as it was.
      if (!signal.aborted && !(error instanceof ServerFailure)) {
        throw error;
      }
    }
    this._changed.emit();
  }

  private async _lookAtFiles(): Promise<void> {
    if (this._run !== null && !this.isDisposed) {
      try {
        await this.files.look(this._run, this._stopped.signal);
      } catch (error) {
        this._failed(error);
      }
      this._changed.emit();
    }
  }

  /** Whether it is a run in Airflow of which no step runs. */
  private get _waits(): boolean {
    const steps = this._run?.steps ?? [];
    const runs = steps.some(({ state }) => state === 'running' || state === 'retrying');
    return this.going && this._run?.here === false && !runs;
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
    if ((step.started === null && !ended) || this._away) {
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
  /** Looks that were begun, and the last of them that told something. */
  private _asked = 0;
  private _answered = 0;
  private _away = false;
  private _paused = false;
  private _graph: Graph | null = null;
  private _lines: Lines | null = null;
  private _chosen: string | null = null;
  private _failure: ServerFailure | null = null;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
