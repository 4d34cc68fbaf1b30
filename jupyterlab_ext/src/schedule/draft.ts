import type { INotebookModel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Client } from '../client/client';
import type { Diagnostic, Difference, Inspected, Parameter, Preflight } from '../generated/answers';
import { folderOf } from '../parts/folders';
import { Project } from '../parts/project';
import { defaultOf } from '../parts/values';
import type { Written } from '../parts/values';
import { contentOf, findingsIn, isBlank } from '../pipeline/content';
import { Inspection } from '../pipeline/inspection';
import { Choices } from './choices';
import { SeenVersions } from './seen';
import { textAt } from '../parts/options';

/** Milliseconds without a change after which the server is asked, by what it costs. */
const QUICK = 150;
const SOON = 400;

/**
 * Milliseconds after which the next times of a schedule are asked for again, at least and at most:
 * clocks of server and browser may differ, and browsers do not wait for longer than 24 days.
 */
const LEAST = 60_000;
const MOST = 86_400_000;

/** The notebook that a draft is about. */
export interface Notebook {
  readonly model: INotebookModel;
  /** In the server's contents. */
  path(): string;
  /**
   * See to it that its file is there, and, to be published, as it stands in the editor.
   *
   * False where somebody would rather let it be, when asked.
   */
  settle(intent: Intent): Promise<boolean>;
}

/** What is to be done with a notebook. */
export type Intent = 'publish' | 'run';

/** What would be published of an open notebook, kept up with it: what its form shows. */
export class Draft implements IDisposable {
  /** @param known - what it meant when somebody looked before. */
  constructor(
    readonly notebook: Notebook,
    client: Pick<Client, 'ask'>,
    known: Inspected | null = null
  ) {
    this._meant = known;
    const { model } = notebook;
    this.choices = new Choices(model);
    this.project = new Project(client, () => folderOf(notebook.path()));
    const content = (): Record<string, unknown> => contentOf(model);
    const sound = (): boolean => this.inspection.found?.ok === true;
    // What was understood, and not what is written by now: that is asked about when it is.
    const understood = (): Record<string, unknown> => this.inspection.about ?? content();
    const body = (of: Record<string, unknown>): { body: { path: string; content: typeof of } } => ({
      body: { path: notebook.path(), content: of }
    });
    this.inspection = new Inspection({
      content,
      wanted: () => true,
      delay: () => (this._opened ? SOON : 0),
      ask: (of, signal) => client.ask('inspect', body(of), { signal })
    });
    this.difference = new Inspection<Difference>({
      content: understood,
      wanted: sound,
      delay: () => QUICK,
      ask: (of, signal) => client.ask('diff', body(of), { signal })
    });
    this.room = new Inspection<{ asked: Preflight | null }>({
      content: understood,
      wanted: sound,
      delay: () => SOON,
      ask: async (of, signal) => ({ asked: await client.ask('preflight', body(of), { signal }) })
    });
    this.coming = new Inspection<{ times: string[] }>({
      content: () => ({ schedule: this.schedule, timezone: this.timezone }),
      wanted: () => this.schedule !== '',
      delay: () => QUICK,
      ask: (_, signal) => {
        const query = { schedule: this.schedule, timezone: this.timezone, count: 5 };
        return client.ask('nextRuns', { query }, { signal });
      }
    });
    this._follow();
    if (known !== null) {
      this._ask(known.team);
    }
  }

  /** What the notebook says about its pipeline. */
  readonly choices: Choices;
  readonly project: Project;
  /** What the notebook means, and what is wrong with it. */
  readonly inspection: Inspection;
  /** What publishing would change. */
  readonly difference: Inspection<Difference>;
  /** Whether the cluster has room. */
  readonly room: Inspection<{ asked: Preflight | null }>;
  /** The next times of the schedule. */
  readonly coming: Inspection<{ times: string[] }>;

  /** Tells of everything. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What it meant when it was last understood; null before. */
  get meant(): Inspected | null {
    return this.inspection.found ?? this._meant;
  }

  /** Whether nobody has written any code yet. */
  get isBlank(): boolean {
    return isBlank(this.notebook.model);
  }

  /** What is wrong. */
  get findings(): readonly Diagnostic[] {
    return findingsIn(this.notebook.model, this.inspection.found);
  }

  /** The other notebook that is published under this one's name; null of none. */
  get another(): string | null {
    return this.difference.found?.another ?? null;
  }

  /** The versions of what is published that its reader knows; null where nothing is told of it. */
  get seen(): string[] | null {
    const { found } = this.difference;
    return found && this._seen.of(found.dag_id);
  }

  get schedule(): string {
    return textAt(this.choices.now, 'schedule').trim();
  }

  get timezone(): string {
    return textAt(this.choices.now, 'timezone').trim() || 'UTC';
  }

  /** What a parameter's field holds. */
  value(parameter: Parameter): Written {
    return this._values.get(parameter.name) ?? defaultOf(parameter);
  }

  /** Whether a parameter has another value than by default. */
  isChanged(parameter: Parameter): boolean {
    return this.value(parameter) !== defaultOf(parameter);
  }

  /** Give a parameter a value, for runs that are started from the form. */
  give(parameter: string, value: Written | undefined): void {
    if (value === undefined) {
      this._values.delete(parameter);
    } else {
      this._values.set(parameter, value);
    }
    this._changed.emit();
  }

  /** The reader published another version elsewhere, or took it back: it is no surprise here. */
  expect(): void {
    this._seen.expect();
  }

  /** Time has gone by, or something happened elsewhere: look again at all that depends on it. */
  renew(): void {
    this.difference.renew();
    this.coming.renew();
    void this.project.load(this._team ?? null);
  }

  /** The notebook has another path, and with it perhaps another name. */
  moved(): void {
    this.inspection.renew();
    this.room.renew();
    this.renew();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.disconnectReceiver(this);
    for (const part of [this.inspection, this.difference, this.room, this.coming]) {
      part.dispose();
    }
    this.choices.dispose();
    this.project.dispose();
    Signal.clearData(this);
  }

  private _follow(): void {
    const { model } = this.notebook;
    model.contentChanged.connect(() => this.inspection.touch(), this);
    this.choices.changed.connect(this._onChoices, this);
    this.inspection.changed.connect(this._onInspected, this);
    this.difference.changed.connect(() => this._seen.note(this.difference.found), this);
    this.coming.changed.connect(this._onComing, this);
    for (const part of [this.difference, this.room, this.coming]) {
      part.changed.connect(() => this._changed.emit(), this);
    }
    this.project.changed.connect(() => this._changed.emit(), this);
    this.inspection.touch();
    this.coming.touch();
  }

  private _onChoices(): void {
    this.inspection.touch();
    this.coming.touch();
    this._changed.emit();
  }

  /** In a form that stays open the first of the next times is over one day. */
  private _onComing(): void {
    clearTimeout(this._timer);
    const [first] = this.coming.found?.times ?? [];
    if (first !== undefined) {
      const wait = Math.min(Math.max(Date.parse(first) - Date.now(), LEAST), MOST);
      this._timer = setTimeout(() => this.coming.renew(), wait);
    }
  }

  /** What the project offers to a team. */
  private _ask(team: string | null): void {
    this._team = team;
    void this.project.load(team);
  }

  private _onInspected(): void {
    this._opened = true;
    const { found } = this.inspection;
    if (found !== null) {
      this._meant = found;
    }
    const team = found === null ? this._team : found.team;
    if (team !== this._team || team === undefined) {
      this._ask(team ?? null);
    }
    this.difference.touch();
    this.room.touch();
    this._changed.emit();
  }

  private _opened = false;
  private _meant: Inspected | null;
  private _team: string | null | undefined;
  private _isDisposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _seen = new SeenVersions();
  private readonly _values = new Map<string, Written>();
  private readonly _changed = new Signal<this, void>(this);
}
