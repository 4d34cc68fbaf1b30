import type { TranslationBundle } from '@jupyterlab/translation';

import type { Answer, Client } from '../client/client';
import { ServerFailure } from '../client/failure';
import type { RunFile } from '../generated/answers';
import type { Desk } from './actions';
import type { Deeds } from './deeds';
import { given } from './place';
import type { RunName } from './place';
import { projectInWords } from './projects';

type Saved = Answer<'saveRunFiles'>;

/** The word of the server for files in whose place there are others. */
const TAKEN = 'already-there';
/** Names that a question lists. */
const NAMED = 5;

/** Saves files of a run beside its notebook, and shows where they are. */
export class Saving {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _deeds: Deeds,
    private readonly _desk: Pick<Desk, 'choose' | 'showFile' | 'showFolder'>,
    private readonly _trans: TranslationBundle
  ) {}

  /** Save files; where there are others in their place, somebody is asked. */
  async save(run: RunName, files: readonly RunFile[]): Promise<void> {
    const names = files.map(one => one.name);
    let saved = await this._save(run, names, false);
    if (saved instanceof ServerFailure) {
      const taken = saved.files;
      const rest = names.filter(name => !taken.includes(name));
      const chosen = await this._choose(taken, rest.length > 0);
      const which = chosen === 'replace' ? names : rest;
      saved = chosen === null ? null : await this._save(run, which, chosen === 'replace');
    }
    if (saved === null || saved instanceof ServerFailure) {
      return;
    }
    const [file] = files;
    const [path] = saved.files;
    if (files.length === 1 && file !== undefined && path !== undefined) {
      await this._desk.showFile(path, file.size);
    } else {
      await this._desk.showFolder(saved.folder);
    }
  }

  /**
   * What is done where there are others in the place of some; null for nothing.
   *
   * @param some - whether that is so of some of them only.
   */
  private async _choose(
    taken: readonly string[],
    some: boolean
  ): Promise<'rest' | 'replace' | null> {
    const trans = this._trans;
    const named = taken.slice(0, NAMED).join(', ');
    const more = taken.length - NAMED;
    const title = trans._n('Replace a file?', 'Replace %1 files?', taken.length);
    const body = trans._n(
      'There is another %2 already. What is in it is lost once it is replaced.',
      'There are others called %2 already. What is in them is lost once they are replaced.',
      taken.length,
      more > 0 ? trans.__('%1 and %2 more', named, more) : named
    );
    return this._desk.choose({ title, body }, [
      ...(some
        ? [{ label: trans.__('Save the Others'), value: 'rest' as const, warns: false }]
        : []),
      { label: trans.__('Replace'), value: 'replace' as const, warns: true }
    ]);
  }

  /** Save them; why not where there are others in their place, null where it failed. */
  private async _save(
    run: RunName,
    names: readonly string[],
    replace: boolean
  ): Promise<Saved | ServerFailure | null> {
    const trans = this._trans;
    const words = {
      going: trans.__('Saving'),
      done: (saved: Saved | ServerFailure) => this._told(saved),
      failed: trans._n('It is not saved', 'They are not saved', names.length)
    };
    return this._deeds.do(words, async ({ signal }): Promise<Saved | ServerFailure> => {
      const asked = { ...given(run), body: { names: [...names], replace } };
      try {
        return await this._client.ask('saveRunFiles', asked, { signal });
      } catch (error) {
        if (error instanceof ServerFailure && error.code === TAKEN) {
          return error;
        }
        throw error;
      }
    });
  }

  /** Where files are, in words. */
  private _told(saved: Saved | ServerFailure): string {
    if (saved instanceof ServerFailure) {
      return '';
    }
    const { files, folder } = saved;
    const place = projectInWords(folder, this._trans);
    return files.length === 1
      ? this._trans.__('Saved %1', files[0] ?? '')
      : this._trans.__('Saved %1 files in “%2”', files.length, place);
  }
}
