import type { IDisposable } from '@lumino/disposable';
import { Poll } from '@lumino/polling';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Answer, Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { Airflow, Profile } from '../generated/answers';

export type Settings = Answer<'settings'>;

/** Milliseconds between two looks at an Airflow that is not ready. */
const LOOK = 10_000;

/** A look at all of it. */
interface Look {
  readonly project: string;
  readonly team: string | null;
  /** How often somebody has asked for it. */
  wanted: number;
  readonly stopped: AbortController;
}

/** What a notebook's project offers: profiles, teams, channels, and how its Airflow is. */
export class Project implements IDisposable {
  /** @param _wanted - whether anybody wants to know how an Airflow is that is not ready. */
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _folder: () => string,
    private readonly _wanted: () => boolean = () => true
  ) {
    this._poll = new Poll({
      auto: false,
      name: 'nbflow:airflow',
      factory: () => this._lookAtAirflow(),
      frequency: { interval: LOOK, backoff: true, max: 12 * LOOK },
      standby: () => document.hidden || !this._wanted()
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Null before it is known. */
  get settings(): Settings | null {
    return this._settings;
  }

  get profiles(): readonly Profile[] {
    return this._profiles;
  }

  /** How Airflow is; null before it is known. */
  get airflow(): Airflow | null {
    return this._airflow;
  }

  /** Why nothing is known. */
  get failure(): ServerFailure | null {
    return this._failure;
  }

  /** The folder that this is known of, or not; null before it is known. */
  get known(): string | null {
    return this._known;
  }

  /** Whether what is known is of the project of this folder, as far as that is known. */
  isOf(folder: string): boolean {
    return folder === this._known || folder === this._settings?.folder;
  }

  profile(name: string): Profile | undefined {
    return this._profiles.find(one => one.name === name);
  }

  /**
   * Look at all of it again, for this team.
   *
   * Only what was asked for last counts, whichever answer comes last. The same is not asked for
   * twice at a time, which a slow Airflow would make many times: it is asked for once more then.
   */
  async load(team: string | null): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    const project = this._folder();
    if (this._look?.project === project && this._look.team === team) {
      this._look.wanted++;
      return this._looking;
    }
    this._look?.stopped.abort();
    this._look = { project, team, wanted: 1, stopped: new AbortController() };
    this._looking = this._answer(this._look);
    if (this._known !== null && !this.isOf(project)) {
      this._forget();
    }
    return this._looking;
  }

  /** Airflow is like this now; where it is not ready, it is looked at again. */
  show(airflow: Airflow): void {
    if (this.isDisposed) {
      return;
    }
    this._airflow = airflow;
    void (airflow.state === 'ready' ? this._poll.stop() : this._poll.start());
    this._changed.emit();
  }

  get isDisposed(): boolean {
    return this._stopped.signal.aborted;
  }

  dispose(): void {
    this._stopped.abort();
    this._look?.stopped.abort();
    this._poll.dispose();
    Signal.clearData(this);
  }

  /** Ask until nobody has asked for the same meanwhile. */
  private async _answer(look: Look): Promise<void> {
    try {
      for (let asked = 0; asked < look.wanted && !look.stopped.signal.aborted;) {
        asked = look.wanted;
        await this._ask(look);
      }
    } finally {
      if (this._look === look) {
        this._look = null;
      }
    }
  }

  private async _ask({ project, team, stopped: { signal } }: Look): Promise<void> {
    const query = team === null ? { project } : { project, team };
    try {
      const [settings, profiles] = await Promise.all([
        this._client.ask('settings', { query: { project } }, { signal }),
        this._client.ask('profiles', { query }, { signal })
      ]);
      if (!signal.aborted) {
        this._known = project;
        this._settings = settings;
        this._profiles = profiles;
        this._failure = null;
        this.show(settings.airflow);
      }
    } catch (error) {
      if (!signal.aborted) {
        this._failed(error, project);
      }
    }
  }

  /** What is known is of another folder. */
  private _forget(): void {
    this._known = null;
    this._settings = null;
    this._profiles = [];
    this._airflow = null;
    this._failure = null;
    void this._poll.stop();
    this._changed.emit();
  }

  private async _lookAtAirflow(): Promise<void> {
    const [project, settings] = [this._known, this._settings];
    if (project === null) {
      return;
    }
    const { signal } = this._stopped;
    const airflow = await this._client.ask('airflow', { query: { project } }, { signal });
    if (settings === this._settings) {
      this.show(airflow); // Else settings were answered meanwhile, which know more.
    }
  }

  private _failed(error: unknown, project: string): void {
    if (!(error instanceof ServerFailure)) {
      throw error;
    }
    this._known = project;
    this._failure = error;
    this._changed.emit();
  }

  private _known: string | null = null;
  private _settings: Settings | null = null;
  private _profiles: readonly Profile[] = [];
  private _airflow: Airflow | null = null;
  private _failure: ServerFailure | null = null;
  private _look: Look | null = null;
  private _looking = Promise.resolve();
  private readonly _poll: Poll;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}

/** Whether the folder of a project may be gone: what else is asked of one cannot be asked wrong. */
export function lacksFolder(failure: ServerFailure | null): boolean {
  return failure?.code === 'usage';
}
