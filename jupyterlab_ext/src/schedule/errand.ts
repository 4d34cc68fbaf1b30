import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Job, Published, Run } from '../generated/answers';
import { folderOf } from '../parts/folders';
import { hasEnded } from '../parts/states';
import { contentOf } from '../pipeline/content';
import type { Happening } from '../tokens';
import type { Notebook } from './draft';

/** What a form can have done. */
export type Kind = 'publish' | 'run' | 'trigger' | 'airflowUp';

/** Milliseconds between two looks at a run in Airflow. */
const LOOK = 2000;
/** What is told of work that somebody has ended. */
const STOPPED: ReadonlySet<string> = new Set(['cancelled', 'interrupted']);

/** How far something that was asked for is. */
export interface Progress {
  readonly kind: Kind;
  readonly state: 'going' | 'done' | 'failed' | 'cancelled';
  /** What has happened, in words. */
  readonly said: readonly string[];
  readonly run: Run | null;
  /** Airflow lets no run begin. */
  readonly paused: boolean;
  readonly published: Published | null;
  readonly failure: ServerFailure | null;
  /** Milliseconds, as `Date.now()`. */
  readonly began: number;
}

/** Has things done for a notebook, one at a time, and tells how far they are. */
export class Errand implements IDisposable {
  constructor(
    private readonly _notebook: Notebook,
    private readonly _client: Pick<Client, 'ask' | 'work' | 'follow'>
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Tells when something has ended, well or not. */
  get ended(): ISignal<this, Progress> {
    return this._ended;
  }

  /** What goes on, or was done last; null before. */
  get now(): Progress | null {
    return this._now;
  }

  get busy(): boolean {
    return this._now?.state === 'going';
  }

  /** @param force - also over another notebook's pipeline, and over what others published. */
  async publish(force = false): Promise<void> {
    await this._do('publish', async options => {
      await this._save();
      const body = { ...this._body(), force };
      this._done({ published: await this._client.work('publish', { body }, options) });
    });
  }

  /** Run it on the server's machine. */
  async run(parameters: Record<string, unknown>): Promise<void> {
    await this._do('run', async options => {
      const body = { ...this._body(), parameters };
      this._ran(await this._client.work('run', { body }, options));
    });
  }

  /** Start what is published in Airflow, and follow it. */
  async trigger(dag: string, parameters: Record<string, unknown>): Promise<void> {
    await this._do('trigger', async ({ signal }) => {
      const query = { project: folderOf(this._notebook.path()) };
      const given = { path: { dag_id: dag }, query, body: { parameters } };
      const { run, paused } = await this._client.ask('trigger', given, { signal });
      this._tell({ run, paused, ...since(run.started) });
      this._ran(await this._watch(run, signal));
    });
  }

  /** Start the private Airflow. */
  async startAirflow(): Promise<void> {
    await this._do('airflowUp', async options => {
      const query = { project: folderOf(this._notebook.path()) };
      await this._client.work('airflowUp', { query }, options);
      this._done({});
    });
  }

  /** Let runs begin of a pipeline that Airflow has paused. */
  async unpause(dag: string): Promise<void> {
    const query = { project: folderOf(this._notebook.path()) };
    const { signal } = this._stopped;
    try {
      await this._client.ask('unpause', { path: { dag_id: dag }, query }, { signal });
    } catch (error) {
      this._failed(error);
      return;
    }
    const published = this._now?.published ?? null;
    this._tell({ paused: false, published: published && { ...published, paused: false } });
  }

  /** Something was done elsewhere: what was said of it here may hold no more. */
  heed({ what, dag }: Pick<Happening, 'what' | 'dag'>): void {
    const published = this._now?.published ?? null;
    if (dag === null || (published?.dag_id !== dag && this._now?.run?.dag_id !== dag)) {
      return;
    }
    if (what === 'paused' || what === 'unpaused') {
      const paused = what === 'paused';
      this._tell({ paused, published: published && { ...published, paused } });
    } else if (what !== 'ran' && published !== null) {
      this.forget();
    }
  }

  /** What was done last is seen. */
  forget(): void {
    if (!this.busy) {
      this._now = null;
      this._changed.emit();
    }
  }

  /** Let it end; what Airflow runs goes on, and is cancelled there. */
  async cancel(): Promise<void> {
    if (this._job !== null) {
      await this._client.ask('cancelJob', { path: { job_id: this._job } });
    }
  }

  /** Whether it can be cancelled from here. */
  get canCancel(): boolean {
    return this.busy && this._job !== null && this._now?.kind !== 'airflowUp';
  }

  /** Follow what goes on about this notebook already, as after a reload of the page. */
  async resume(): Promise<void> {
    let jobs: Job[];
    try {
      jobs = await this._client.ask('jobs', {}, { signal: this._stopped.signal });
    } catch {
      return; // Nothing is lost: whoever asks for something is told why it does not go.
    }
    const job = jobs.find(one => one.about === this._notebook.path() && one.ended === null);
    if (this._now !== null || job === undefined) {
      return;
    }
    if (job.kind === 'publish') {
      await this._do('publish', async options => {
        this._done({ published: await this._client.follow<'publish'>(job, options) });
      });
    } else if (job.kind === 'run') {
      await this._do('run', async options => {
        this._ran(await this._client.follow<'run'>(job, options));
      });
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

  /** A colleague who opens the notebook sees what was published. */
  private async _save(): Promise<void> {
    try {
      await this._notebook.save();
    } catch (error) {
      const hint = error instanceof Error ? error.message : null;
      throw new ServerFailure({ code: 'unsaved', message: 'It cannot be saved', hint, status: 0 });
    }
  }

  private _body(): { path: string; content: Record<string, unknown> } {
    return { path: this._notebook.path(), content: contentOf(this._notebook.model) };
  }

  private async _do(
    kind: Kind,
    work: (options: { told: (job: Job) => void; signal: AbortSignal }) => Promise<void>
  ): Promise<void> {
    if (this.busy || this.isDisposed) {
      return;
    }
    const nothing = { said: [], run: null, paused: false, published: null, failure: null };
    this._now = { kind, state: 'going', began: Date.now(), ...nothing };
    this._job = null;
    this._changed.emit();
    const told = (job: Job): void => {
      this._job = job.id;
      this._tell({ said: job.said, run: job.run, ...since(job.run?.started ?? job.started) });
    };
    try {
      await work({ told, signal: this._stopped.signal });
    } catch (error) {
      this._failed(error);
    }
    this._end();
  }

  private _failed(error: unknown): void {
    if (this.isDisposed) {
      return;
    }
    if (!(error instanceof ServerFailure)) {
      throw error;
    }
    if (STOPPED.has(error.code)) {
      this._tell({ state: 'cancelled', run: stopped(this._now?.run ?? null) });
    } else {
      this._tell({ state: 'failed', failure: error });
    }
  }

  private _end(): void {
    if (this._now !== null && !this.isDisposed) {
      this._ended.emit(this._now);
    }
  }

  private async _watch(begun: Run, signal: AbortSignal): Promise<Run> {
    const path = { dag_id: begun.dag_id, run_id: begun.run_id };
    const query = { project: folderOf(this._notebook.path()) };
    let run = begun;
    while (!hasEnded(run.state)) {
      await new Promise(resolve => setTimeout(resolve, LOOK));
      run = await this._client.ask('getRun', { path, query }, { signal });
      this._tell({ run, ...since(run.started) });
    }
    return run;
  }

  private _ran(run: Run): void {
    if (run.state === 'cancelled') {
      this._tell({ state: 'cancelled', run: stopped(run) });
      return;
    }
    const well = run.state === 'success';
    const failure = run.failure ? new ServerFailure(run.failure) : null;
    this._tell({ state: well ? 'done' : 'failed', run, failure });
  }

  private _done(found: Partial<Progress>): void {
    this._tell({ state: 'done', ...found });
  }

  private _tell(found: Partial<Progress>): void {
    if (this._now !== null && !this.isDisposed) {
      this._now = { ...this._now, ...found };
      this._changed.emit();
    }
  }

  private _now: Progress | null = null;
  private _job: string | null = null;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Progress>(this);
}

/** When something began that the server tells of; nothing where it does not say so. */
function since(moment: string | null): { began?: number } {
  const began = Date.parse(moment ?? '');
  return Number.isNaN(began) ? {} : { began };
}

/** A run that somebody has ended: none of its steps goes on, whatever was seen of it last. */
function stopped(run: Run | null): Run | null {
  const steps = run?.steps.map(step =>
    hasEnded(step.state) ? step : { ...step, state: 'cancelled' as const }
  );
  return run && { ...run, state: 'cancelled', steps: steps ?? [] };
}
