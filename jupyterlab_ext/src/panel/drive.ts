import type { Contents, ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Answer, Client } from '../client/client';
import { EXECUTED } from '../parts/executed';
import { given, isRecord, keyOf } from './place';
import type { RunName } from './place';

/** What stands between the name of a notebook and what is said about it. */
const ABOUT = ' · ';

/** Milliseconds for which an answer counts: who opens a notebook asks before whether it is there. */
const FRESH = 2000;

/** What JupyterLab takes for a cell that nobody changes; what a run has made has only such. */
export const LOCKED = { editable: false, deletable: false } as const;

/**
 * The executed notebooks of runs, as files that can be read only.
 *
 * They are asked of the server each time: also of a run that goes they are as it stands. JupyterLab
 * takes a place where somebody saves a copy for one of this drive; it is written elsewhere.
 */
export class ExecutedDrive implements Contents.IDrive {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _elsewhere: Pick<Contents.IManager, 'get' | 'save' | 'delete'>,
    readonly serverSettings: ServerConnection.ISettings,
    private readonly _trans: TranslationBundle
  ) {}

  readonly name = EXECUTED;

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  async get(localPath: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const place = readPath(localPath);
    if (place === null) {
      return localPath.endsWith('.ipynb')
        ? this._elsewhere.get(localPath, options)
        : folder(localPath);
    }
    const { name, run } = place;
    const found = options?.content === false ? undefined : await this._notebooksOf(run);
    const content = found?.find(one => one.name === name)?.content ?? null;
    if (found !== undefined && content === null) {
      const { dag_id, run_id } = run;
      throw new Error(this._trans.__('The run %1/%2 has no notebook %3.', dag_id, run_id, name));
    }
    const now = new Date().toISOString();
    return {
      ...{ name: `${name}.ipynb`, path: localPath, type: 'notebook', writable: false },
      ...{ created: now, last_modified: now, mimetype: 'application/x-ipynb+json' },
      ...{
        content: content === null ? null : locked(joined(content)),
        format: content === null ? null : 'json'
      }
    };
  }

  getDownloadUrl(): Promise<string> {
    return this._refused();
  }

  newUntitled(): Promise<Contents.IModel> {
    return this._refused();
  }

  delete(localPath: string): Promise<void> {
    return readPath(localPath) === null ? this._elsewhere.delete(localPath) : this._refused();
  }

  rename(): Promise<Contents.IModel> {
    return this._refused();
  }

  async save(localPath: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    if (readPath(localPath) !== null) {
      return this._refused();
    }
    const notebook: unknown = options.content;
    const content = isRecord(notebook) ? unlocked(notebook) : notebook;
    return this._elsewhere.save(localPath, { ...options, content });
  }

  copy(): Promise<Contents.IModel> {
    return this._refused();
  }

  createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return this._refused();
  }

  listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return Promise.resolve([]);
  }

  restoreCheckpoint(): Promise<void> {
    return this._refused();
  }

  deleteCheckpoint(): Promise<void> {
    return this._refused();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /** What a run has made. */
  private _notebooksOf(run: RunName): Promise<Answer<'outputNotebooks'>> {
    const key = keyOf(run);
    if (this._last?.key === key) {
      return this._last.found;
    }
    const last = { key, found: this._client.ask('outputNotebooks', given(run)) };
    this._last = last;
    setTimeout(() => {
      if (this._last === last) {
        this._last = null;
      }
    }, FRESH);
    return last.found;
  }

  private _refused(): Promise<never> {
    const said = this._trans.__(
      'What a run has made is not changed. “Keep a copy” in its toolbar writes one that is.'
    );
    return Promise.reject(new Error(said));
  }

  private _isDisposed = false;
  /** What was asked of the server last, as long as it counts. */
  private _last: { key: string; found: Promise<Answer<'outputNotebooks'>> } | null = null;
  private readonly _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}

/**
 * The path of an executed notebook, for JupyterLab.
 *
 * @param about - said of it in its tab, which has the end of the path; '' of nothing.
 */
export function pathOf({ project, dag_id, run_id }: RunName, name: string, about: string): string {
  const parts = [project, dag_id, run_id].map(encodeURIComponent);
  const file = [name, about.replaceAll('/', ' ')].filter(Boolean).join(ABOUT);
  // The root has no name; a path has no empty parts.
  return `${EXECUTED}:@${parts.join('/')}/${file}.ipynb`;
}

/** What such a path says; null of one that says nothing of the kind. */
export function readPath(localPath: string): { run: RunName; name: string } | null {
  const [first = '', ...rest] = localPath.split('/');
  const [dag_id, run_id] = rest.slice(0, 2).map(decodeURIComponent);
  const file = rest[2];
  if (!first.startsWith('@') || !dag_id || !run_id || file?.endsWith('.ipynb') !== true) {
    return null;
  }
  const project = decodeURIComponent(first.slice(1));
  const [name = ''] = file.replace(/\.ipynb$/, '').split(ABOUT);
  return { run: { project, dag_id, run_id }, name };
}

/** The same with cells that nobody changes. */
function locked(notebook: unknown): unknown {
  if (!isRecord(notebook) || !Array.isArray(notebook.cells)) {
    return notebook;
  }
  const cells = notebook.cells.filter(isRecord).map(cell => {
    const metadata = isRecord(cell.metadata) ? cell.metadata : {};
    return { ...cell, metadata: { ...metadata, ...LOCKED } };
  });
  return { ...notebook, cells };
}

/** The notebook as somebody may change it. */
export function unlocked(notebook: Record<string, unknown>): Record<string, unknown> {
  if (!Array.isArray(notebook.cells)) {
    return notebook;
  }
  const cells = notebook.cells.filter(isRecord).map(cell => {
    const metadata = isRecord(cell.metadata) ? Object.entries(cell.metadata) : [];
    return { ...cell, metadata: Object.fromEntries(metadata.filter(([key]) => !(key in LOCKED))) };
  });
  return { ...notebook, cells };
}

/** The same with each text in one piece: files have it line by line, JupyterLab does not. */
function joined(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const lines: readonly unknown[] = value;
    const text = key === 'source' || key === 'text' || (key.includes('/') && !key.endsWith('json'));
    return text && lines.every(line => typeof line === 'string')
      ? lines.join('')
      : lines.map(one => joined(one));
  }
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, joined(one, name)]))
    : value;
}

function folder(path: string): Contents.IModel {
  const now = new Date().toISOString();
  return {
    ...{ name: path.split('/').at(-1) ?? '', path, type: 'directory', writable: false },
    ...{ created: now, last_modified: now, mimetype: '', content: [], format: 'json' }
  };
}
