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

/** What a notebook's project offers: profiles, teams, channels, and how its Airflow is. */
export class Project implements IDisposable {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _folder: () => string
  ) {
    this._poll = new Poll({
      auto: false,
      name: 'nbflow:airflow',
      factory: () => this._lookAtAirflow(),
      frequency: { interval: LOOK, backoff: true, max: 12 * LOOK },
      standby: 'when-hidden'
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

  profile(name: string): Profile | undefined {
    return this._profiles.find(one => one.name === name);
  }

  /** Look at all of it again, for this team. */
  async load(team: string | null): Promise<void> {
    const project = this._folder();
    const { signal } = this._stopped;
    const query = team === null ? { project } : { project, team };
    try {
      const [settings, profiles] = await Promise.all([
        this._client.ask('settings', { query: { project } }, { signal }),
        this._client.ask('profiles', { query }, { signal })
      ]);
      this._known = project;
      this._settings = settings;
      this._profiles = profiles;
      this._failure = null;
      this.show(settings.airflow);
    } catch (error) {
      this._failed(error, project);
    }
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
    this._poll.dispose();
    Signal.clearData(this);
  }

  private async _lookAtAirflow(): Promise<void> {
    const query = { project: this._folder() };
    this.show(await this._client.ask('airflow', { query }, { signal: this._stopped.signal }));
  }

  private _failed(error: unknown, project: string): void {
    if (this.isDisposed) {
      return;
    }
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
  private readonly _poll: Poll;
  private readonly _stopped = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}

/** Whether the folder of a project may be gone: what else is asked of one cannot be asked wrong. */
export function lacksFolder(failure: ServerFailure | null): boolean {
  return failure?.code === 'usage';
}
