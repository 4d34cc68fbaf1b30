import type { TranslationBundle } from '@jupyterlab/translation';

import { folderOf } from '../parts/folders';
import { lacksFolder } from '../parts/project';
import type { Monitor } from './monitor';
import { isRecord } from './place';
import type { Place } from './place';

/** How many that were looked at are kept. */
const KEPT = 20;

/** Whose pipelines are shown: those of the notebook in front, until somebody chooses others. */
export class Projects {
  /** @param _front - the folder of the notebook in front; null of none. */
  constructor(
    private readonly _monitor: Monitor,
    private readonly _front: () => string | null
  ) {
    _monitor.moved.connect(() => this._see(), this);
    _monitor.project.changed.connect(() => this._settle(), this);
  }

  /** The project's own folder, of any folder in it; as far as somebody has looked at it. */
  homeOf(folder: string): string {
    return this._homes.get(folder) ?? folder;
  }

  /** Those that were looked at once, the last first. */
  get seen(): readonly string[] {
    return this._seen;
  }

  /** Whether somebody has chosen one. */
  get chosen(): boolean {
    return this._chosen;
  }

  /** Show what somebody has chosen; who chooses the one in front goes with it again. */
  choose(project: string): void {
    this._chosen = project !== this._home();
    this._monitor.go({ project, pipeline: null, run: null });
  }

  /** Another notebook may be in front; a page that somebody has opened stays. */
  follow(): void {
    const front = this._home();
    const { project, pipeline, run } = this._monitor.place;
    if (front !== null && front !== project && !this._chosen && pipeline === null && run === null) {
      this._monitor.go({ project: front });
    }
  }

  /** Go on as it was when the page was closed. */
  restore(kept: unknown): void {
    const { seen, chosen } = isRecord(kept) ? kept : { seen: [], chosen: false };
    const folders: unknown[] = Array.isArray(seen) ? seen : [];
    this._chosen = chosen === true;
    this._seen = folders.filter(one => typeof one === 'string').slice(0, KEPT);
  }

  /** What somebody looks at is seen; a folder that came in front meanwhile may be no project's. */
  private _see(): void {
    const { active, place } = this._monitor;
    if (!active) {
      return;
    }
    const { project } = place;
    this._seen = [project, ...this._seen.filter(one => one !== project)].slice(0, KEPT);
  }

  /** The project of the notebook in front; null of none. */
  private _home(): string | null {
    const front = this._front();
    return front === null ? null : this.homeOf(front);
  }

  /** Go on to the project's own folder; where the folder is gone, to the one that it was in. */
  private _settle(): void {
    const { settings, failure, known } = this._monitor.project;
    const { project } = this._monitor.place;
    if (known !== project) {
      return; // It is asked for still.
    }
    if (lacksFolder(failure) && project !== '') {
      this._leave(project, { project: folderOf(project), pipeline: null, run: null });
    } else if (failure === null && settings !== null) {
      this._homes.set(project, settings.folder);
      if (settings.folder !== project) {
        this._leave(project, { project: settings.folder });
      }
    }
  }

  /** Show another folder in the place of one that is no project's. */
  private _leave(folder: string, change: Partial<Place> & Pick<Place, 'project'>): void {
    this._seen = this._seen.filter(one => one !== folder);
    this._chosen = this._chosen && change.project !== this._home();
    this._monitor.go(change);
  }

  /** The projects' own folders, by folders in them. */
  private readonly _homes = new Map<string, string>();
  private _chosen = false;
  private _seen: readonly string[] = [];
}

/** What a project's folder is called. */
export function projectInWords(folder: string, trans: TranslationBundle): string {
  return folder === '' ? trans.__('top folder') : folder;
}
