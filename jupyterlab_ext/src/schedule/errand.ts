import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Job, Run } from '../generated/answers';
import { folderOf } from '../parts/folders';
import { contentOf } from '../pipeline/content';
import type { Happening } from '../tokens';
import type { Intent, Notebook } from './draft';
import { STOPPED, UNFIT, since, stopped } from './progress';
import type { Kind, Meanwhile, Progress } from './progress';
import { goingRun, watchRun } from './watching';

/** Has things done for a notebook, one at a time, and tells how far they are. */
export class Errand implements IDisposable {
  constructor(
    notebook: Notebook,
    private readonly _client: Pick<Client, 'ask' | 'work' | 'follow'>
  ) {
    this._notebook = notebook;
    this._path = notebook.path();
  }

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

  /** Whether a run goes, which does not need this to be followed. */
  get runs(): boolean {
    return this.busy && this._now?.run !== null;
  }

  /** @param shown - versions that somebody knows of: others are not published over; null: any. */
  async publish(shown: readonly string[] | null = null): Promise<void> {
    this._over = {};
    this._shown = shown;
    await this._publish();
  }

  /** Publish all the same, whatever was refused: also over what others have published. */
  async insist(): Promise<void> {
    const unfit = this._now?.failure?.code === UNFIT;
    this._over = { ...this._over, ...(unfit ? { preflight: false } : { force: true }) };
    await this._publish();
  }

  private async _publish(): Promise<void> {
    await this._do('publish', async options => {
      const content = await this._settled('publish');
      if (content !== null) {
        const shown = this._shown && { shown: [...this._shown, ...this._mine] };
        const body = { ...content, ...shown, ...this._over };
        const published = await this._client.work('publish', { body }, options);
        this._mine.add(published.digest);
        this._done({ published });
      }
    });
  }

  /** Run it on the server's machine. */
  async run(parameters: Record<string, unknown>): Promise<void> {
    await this._do('run', async options => {
      const content = await this._settled('run');
      if (content !== null) {
        const body = { ...content, parameters };
        this._ran(await this._client.work('run', { body }, options));
      }
    });
  }

  /** Start what is published in Airflow, and follow it. */
  async trigger(dag: string, parameters: Record<string, unknown>): Promise<void> {
    await this._do('trigger', async ({ signal }) => {
      const given = { path: { dag_id: dag }, ...this._project, body: { parameters } };
      const { run, paused } = await this._client.ask('trigger', given, { signal });
      this._tell({ run, paused, ...since(run.started) });
      await this._watch(run, signal);
    });
  }

  /** Start the private Airflow. */
  async startAirflow(): Promise<void> {
    await this._do('airflowUp', async options => {
      await this._client.work('airflowUp', this._project, options);
      this._done({});
    });
  }

  /** Let runs begin of a pipeline that Airflow has paused. */
  async unpause(dag: string): Promise<void> {
    await this._meanwhile('unpause', async () => {
      const { signal } = this._stopped;
      await this._client.ask('unpause', { path: { dag_id: dag }, ...this._project }, { signal });
      const published = this._now?.published ?? null;
      this._tell({ paused: false, published: published && { ...published, paused: false } });
    });
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
    } else if (what === 'ran' ? this._now?.run !== null : published !== null) {
      this.forget();
    } else if (what === 'unpublished') {
      this._tell({ paused: false });
    }
  }

  /** What was done last is seen. */
  forget(): void {
    if (!this.busy) {
      this._now = null;
      this._changed.emit();
    }
  }

  /** Let it end. */
  async cancel(): Promise<void> {
    if (!this.canCancel) {
      return;
    }
    await this._meanwhile('cancel', async () => {
      if (this._job !== null) {
        await this._client.ask('cancelJob', { path: { job_id: this._job } });
      } else if (this._there !== null) {
        const { dag_id, run_id } = this._there;
        await this._client.ask('cancelRun', { path: { dag_id, run_id }, ...this._project });
      }
    });
  }

  /** Whether it can be cancelled from here. */
  get canCancel(): boolean {
    const known = this._job !== null || this._there !== null;
    return this.busy && known && this._now?.kind !== 'airflowUp';
  }

  /**
   * Follow what goes on about this notebook already, as after a reload of the page.
   *
   * @param dag - what it is published as, or would be; null where that is not known.
   */
  async resume(dag: string | null): Promise<void> {
    const { signal } = this._stopped;
    let job: Job | undefined;
    let run: Run | null = null;
    try {
      const jobs = await this._client.ask('jobs', {}, { signal });
      job = jobs.find(one => one.about === this.path && one.ended === null);
      if (job === undefined && dag !== null) {
        const { project } = this._project.query;
        run = await goingRun(this._client, { project, dag_id: dag }, signal);
      }
    } catch {
      return; // Nothing is lost: whoever asks for something is told why it does not go.
    }
    if (job !== undefined) {
      await this._follow(job);
    } else if (run !== null) {
      const begun = run;
      await this._do('trigger', async () => {
        this._tell({ run: begun, ...since(begun.started) });
        await this._watch(begun, signal);
      });
    }
  }

  private async _follow(job: Job): Promise<void> {
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

  /** The notebook that it is about, in the server's contents. */
  get path(): string {
    return this._notebook?.path() ?? this._path;
  }

  /** The server's name of what goes on; null before it has one. */
  get job(): string | null {
    return this._job;
  }

  /** The notebook is closed: go on with what was begun, to its end, and keep nothing of it. */
  leave(): void {
    this._path = this.path;
    this._notebook = null;
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  /** What was begun goes on in the server. */
  dispose(): void {
    this._stopped.abort();
    Signal.clearData(this);
  }

  /**
   * What is published or run, once its file is there; null where somebody would rather not.
   *
   * It is saved before: a colleague who opens the notebook sees what was published.
   */
  private async _settled(
    intent: Intent
  ): Promise<{ path: string; content: Record<string, unknown> } | null> {
    const notebook = this._notebook;
    let agreed: boolean;
    try {
      agreed = notebook !== null && (await notebook.settle(intent));
    } catch (error) {
      const hint = error instanceof Error ? error.message : null;
      throw new ServerFailure({ code: 'unsaved', message: 'It cannot be saved', hint, status: 0 });
    }
    if (notebook === null || !agreed) {
      this._now = null;
      this._changed.emit();
      return null;
    }
    return { path: notebook.path(), content: contentOf(notebook.model) };
  }

  /** The run in Airflow that is followed. */
  private get _there(): Run | null {
    return this._now?.kind === 'trigger' ? this._now.run : null;
  }

  private get _project(): { query: { project: string } } {
    return { query: { project: folderOf(this.path) } };
  }

  private async _do(
    kind: Kind,
    work: (options: { told: (job: Job) => void; signal: AbortSignal }) => Promise<void>
  ): Promise<void> {
    if (this.busy || this.isDisposed) {
      return;
    }
    const none = { run: null, published: null, failure: null, refused: null };
    const nothing = { ...none, said: [], away: false, paused: false };
    this._now = { kind, state: 'going', began: Date.now(), ...nothing };
    this._job = null;
    this._turn += 1;
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

  /** Ask for something about what goes on: where that is refused, it goes on all the same. */
  private async _meanwhile(asked: Meanwhile, work: () => Promise<void>): Promise<void> {
    const turn = this._turn;
    this._tell({ refused: null });
    try {
      await work();
    } catch (error) {
      if (this.isDisposed) {
        return;
      }
      if (!(error instanceof ServerFailure)) {
        throw error;
      }
      if (turn === this._turn) {
        this._tell({ refused: { asked, failure: error } });
      }
    }
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

  private async _watch(begun: Run, signal: AbortSignal): Promise<void> {
    const told = (run: Run, away: boolean): void =>
      this._tell({ run, away, ...since(run.started) });
    const { project } = this._project.query;
    this._ran(await watchRun(this._client, begun, { project, told, signal }));
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

  /** Null once it is closed. */
  private _notebook: Notebook | null;
  private _now: Progress | null = null;
  private _job: string | null = null;
  /** Counts what was begun: what is told late may be of what went before. */
  private _turn = 0;
  /** What is published over, since somebody insists. */
  private _over: { force?: true; preflight?: false } = {};
  private _shown: readonly string[] | null = null;
  /** What was published from here: somebody knows of it before it is shown. */
  private readonly _mine = new Set<string>();
  /** Where the notebook was when it was closed. */
  private _path: string;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _ended = new Signal<this, Progress>(this);
}
