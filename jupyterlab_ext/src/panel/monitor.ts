import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Answer, Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Run } from '../generated/answers';
import { Project, lacksFolder } from '../parts/project';
import { Follower } from './follower';
import { Pages } from './pages';
import { START, STATES, nameOf } from './place';
import type { Place } from './place';

/** A pipeline that is published. */
export type Listed = Answer<'pipelines'>['pipelines'][number];

/** How many are asked for at once. */
const PAGE = 100;
/** Milliseconds without a letter after which is looked for what was written. */
const SOON = 200;
/** Milliseconds between two looks at a run that goes. */
const OFTEN = 2000;

/** What the panel shows, kept up with the server as long as somebody looks at it. */
export class Monitor implements IDisposable {
  constructor(private readonly _client: Pick<Client, 'ask'>) {
    this.project = new Project(
      _client,
      () => this._place.project,
      () => this._active
    );
    this.pipelines = new Pages(
      (after, signal) => this._pipelines(after, signal),
      one => one.dag_id
    );
    this.runs = new Pages(
      (after, signal) => this._runs(after, signal),
      one => `${one.dag_id}/${one.run_id}`
    );
    for (const part of [this.project, this.pipelines, this.runs]) {
      part.changed.connect(() => this._changed.emit(), this);
    }
    this._poll = new Poll({
      auto: false,
      name: 'nbflow:runs',
      factory: () => this.look(),
      frequency: { interval: this._interval, backoff: true, max: 60_000 },
      standby: () => document.hidden
    });
  }

  readonly project: Project;
  /** What is published. */
  readonly pipelines: Pages<Listed>;
  /** All runs, or those of the pipeline that is opened. */
  readonly runs: Pages<Run>;

  /** Tells of everything. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Tells when another place is shown, and when somebody comes to look at it. */
  get moved(): ISignal<this, void> {
    return this._moved;
  }

  get place(): Place {
    return this._place;
  }

  /** The pipeline that is opened; null before it is known. */
  get pipeline(): Listed | null {
    return this._pipeline;
  }

  /** Whether there is no such pipeline: it ran, perhaps, and is not published. */
  get missing(): boolean {
    return this._missing;
  }

  /** Why the opened pipeline is not known. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  /** The run that is opened; null of none. */
  get follower(): Follower | null {
    return this._follower;
  }

  /** Seconds between two looks, and whether anybody looks at all. */
  set seconds(seconds: number) {
    this._seconds = seconds;
    this._pace();
  }

  /** Whether somebody looks. */
  get active(): boolean {
    return this._active;
  }

  /** Somebody looks, or nobody does any more: then nothing is asked, until somebody does. */
  set active(active: boolean) {
    if (active === this._active || this.isDisposed) {
      return;
    }
    this._active = active;
    if (!active) {
      void this._poll.stop();
      return;
    }
    if (this._due || this.project.settings === null) {
      this._lookAtProject();
    }
    this._moved.emit();
    void this._poll.start();
  }

  /** Which rows of the list are in sight. */
  set sight(sight: readonly [from: number, to: number]) {
    this._sight = sight;
  }

  /** Show something else. */
  go(change: Partial<Place>): void {
    const before = this._place;
    const now = { ...before, ...change };
    this._place = now;
    if (differ(before, now, 'project')) {
      if (!this.project.isOf(now.project)) {
        this.pipelines.forget();
        this.runs.forget();
      }
      this._lookAtProject();
    }
    if (differ(before, now, 'project', 'pipeline')) {
      this._pipeline = this.pipelines.items.find(one => one.dag_id === now.pipeline) ?? null;
      this._missing = false;
      this._failure = null;
    }
    this._follow(now.run === null ? null : now);
    this._relist(before, now);
    this._moved.emit();
    this._changed.emit();
    const other = now.pipeline !== null && differ(before, now, 'project');
    if (now.run !== null || now.pipeline !== before.pipeline || other) {
      this.again();
    }
  }

  /** Leave the run, or the pipeline, that is opened; a run that one came to from elsewhere, too. */
  back(): void {
    const { run, pipeline, list } = this._place;
    if (run !== null) {
      this.go({ run: null, pipeline: pipeline ?? (list === 'runs' ? null : run.dag_id) });
    } else if (pipeline !== null) {
      this.go({ pipeline: null, kind: 'all' });
    }
  }

  /** Look again at once, as after something was done. */
  again(): void {
    if (this._active) {
      void this._poll.refresh();
    }
  }

  /** Something was done elsewhere, also with Airflow perhaps: look at all of it again at once. */
  renew(): void {
    this._lookAtProject();
    this.again();
  }

  /** Look at what is shown once. */
  async look(): Promise<void> {
    if (this._follower !== null) {
      const follower = this._follower;
      await follower.look();
      if (follower.run?.here === false || follower.away) {
        this._found(!follower.away);
      }
    } else {
      await Promise.all([this._list(this._place).refresh(...this._sight), this._lookAtPipeline()]);
      this._minded();
    }
    if (lacksFolder((this._follower ?? this._list(this._place)).failure)) {
      this._lookAtProject(); // Its folder may be gone, which it tells.
    }
    this._pace();
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  dispose(): void {
    this._stopped.abort();
    clearTimeout(this._timer);
    this._poll.dispose();
    Signal.disconnectReceiver(this);
    for (const part of [this.project, this.pipelines, this.runs]) {
      part.dispose();
    }
    this._follower?.dispose();
    Signal.clearData(this);
  }

  /** Look at the project, as soon as somebody looks. */
  private _lookAtProject(): void {
    this._due = !this._active;
    if (this._active) {
      void this.project.load(null);
    }
  }

  /** List what is asked for by now. What was listed of something else is gone at once. */
  private _relist(before: Place, now: Place): void {
    if (differ(before, now, 'state')) {
      this.pipelines.forget();
    }
    if (differ(before, now, 'kind', 'pipeline')) {
      this.runs.forget();
    }
    // While one types, the list does not come and go with each letter.
    const written = differ(before, now, 'contains');
    if (written || differ(before, now, 'project', 'list', 'state', 'kind', 'pipeline')) {
      this._sight = [0, 0];
      clearTimeout(this._timer);
      if (this._active) {
        this._timer = setTimeout(() => void this._list(now).load(), written ? SOON : 0);
      } else {
        this._list(now).forget();
      }
    }
  }

  private _list(place: Place): Pages<Listed> | Pages<Run> {
    return place.pipeline === null && place.list === 'pipelines' ? this.pipelines : this.runs;
  }

  /** Whether Airflow is in reach may be another by now than it was. */
  private _minded(): void {
    const { unasked, loaded } = this._list(this._place);
    if (loaded) {
      this._found(unasked === null);
    }
  }

  private _found(inReach: boolean): void {
    const { airflow } = this.project;
    if (airflow !== null && (airflow.state === 'ready') !== inReach) {
      this._lookAtProject();
    }
  }

  private _follow(place: Place | null): void {
    const name = place?.run ? nameOf(place.project, place.run) : null;
    const known = this._follower?.name;
    if (
      name?.run_id === known?.run_id &&
      name?.dag_id === known?.dag_id &&
      name?.project === known?.project
    ) {
      return;
    }
    this._follower?.dispose();
    this._follower = null;
    if (name !== null) {
      const listed = this.runs.items.find(
        one => one.run_id === name.run_id && one.dag_id === name.dag_id
      );
      this._follower = new Follower(this._client, name, listed);
      this._follower.changed.connect(() => this._changed.emit(), this);
    }
  }

  private async _lookAtPipeline(): Promise<void> {
    const { project, pipeline } = this._place;
    if (pipeline === null) {
      return;
    }
    const query = { project, dag_id: pipeline, limit: 1 };
    const { signal } = this._stopped;
    const shown = (): boolean =>
      this._place.pipeline === pipeline && this._place.project === project;
    try {
      const found = await this._client.ask('pipelines', { query }, { signal });
      if (shown()) {
        this._pipeline = found.pipelines[0] ?? null;
        this._missing = this._pipeline === null;
        this._failure = null;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ServerFailure)) {
        throw error;
      }
      if (shown()) {
        this._failure = error;
      }
    }
    this._changed.emit();
  }

  private async _pipelines(
    after: string | null,
    signal: AbortSignal
  ): Promise<{ items: Listed[]; further: string | null; total: number; unasked: string | null }> {
    const { project, contains, state } = this._place;
    const offset = Number(after ?? 0);
    const query = {
      ...{ project, contains, limit: PAGE, offset },
      ...(state === 'all' ? {} : { state })
    };
    const { pipelines, total, unasked } = await this._client.ask(
      'pipelines',
      { query },
      { signal }
    );
    const end = offset + pipelines.length;
    const further = end < total && pipelines.length > 0 ? String(end) : null;
    return { items: pipelines, further, total, unasked };
  }

  private async _runs(
    after: string | null,
    signal: AbortSignal
  ): Promise<{ items: Run[]; further: string | null; total: null; unasked: string | null }> {
    const { project, pipeline, kind } = this._place;
    const states = STATES[kind];
    const query = {
      ...{ project, limit: PAGE },
      ...(pipeline === null ? {} : { dag_id: pipeline }),
      ...(states === undefined ? {} : { states }),
      ...(after === null ? {} : { after })
    };
    const { runs, further, unasked } = await this._client.ask('runs', { query }, { signal });
    return { items: runs, further, total: null, unasked };
  }

  private get _interval(): number {
    return this._follower?.going === true ? OFTEN : this._seconds * 1000;
  }

  /** A run that goes is looked at more often. */
  private _pace(): void {
    if (!this.isDisposed && this._poll.frequency.interval !== this._interval) {
      this._poll.frequency = { ...this._poll.frequency, interval: this._interval };
    }
  }

  private _place = START;
  private _pipeline: Listed | null = null;
  private _missing = false;
  private _failure: ServerFailure | null = null;
  private _follower: Follower | null = null;
  private _seconds = 5;
  private _active = false;
  /** Whether the project is to be looked at once somebody looks. */
  private _due = false;
  private _sight: readonly [number, number] = [0, 0];
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _poll: Poll;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
  private readonly _moved = new Signal<this, void>(this);
}

/** Whether two places differ in any of these. */
function differ(before: Place, now: Place, ...names: (keyof Place)[]): boolean {
  return names.some(name => before[name] !== now[name]);
}
