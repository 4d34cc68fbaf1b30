import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Question } from '../parts/question';
import type { Intent, Notebook } from './draft';

/** Milliseconds by which a file may seem newer that is not, as JupyterLab has it. */
const MARGIN = 500;

/** What of a notebook's context is used here. */
type Context = Pick<
  DocumentRegistry.IContext<INotebookModel>,
  'model' | 'path' | 'localPath' | 'save' | 'isDisposed' | 'contentsModel'
>;

/** An open notebook, with the file that it is saved in. */
export class SavedNotebook implements Notebook {
  constructor(
    private readonly _context: Context,
    private readonly _contents: Pick<Contents.IManager, 'get'>,
    private readonly _confirm: (question: Question) => Promise<boolean>,
    private readonly _trans: TranslationBundle
  ) {}

  get model(): INotebookModel {
    return this._context.model;
  }

  path(): string {
    return this._context.localPath;
  }

  async settle(intent: Intent): Promise<boolean> {
    const { model } = this._context;
    const file = await this._file();
    const gone = file === null;
    if (gone && !(await this._confirm(this._question(intent)))) {
      return false;
    }
    const behind = model.dirty || (!!file && this._isOlderThan(file));
    if (gone || (intent === 'publish' && behind && !model.readOnly)) {
      if (!(await this._save())) {
        return false;
      }
    }
    if (this._context.isDisposed) {
      throw new Error(this._trans.__('It was closed before.'));
    }
    return true;
  }

  /**
   * Save it; false where somebody would rather not.
   *
   * Of a file that is another one by now JupyterLab asks which of the two is meant.
   */
  private async _save(): Promise<boolean> {
    try {
      await this._context.save();
    } catch (error) {
      if (error instanceof Error && error.name === 'ModalCancelError') {
        return false;
      }
      throw error;
    }
    return true;
  }

  /**
   * What is known of its file; null where it was deleted, or moved by something else than
   * JupyterLab; undefined where that cannot be known.
   */
  private async _file(): Promise<Contents.IModel | null | undefined> {
    try {
      return await this._contents.get(this._context.path, { content: false });
    } catch (error) {
      // All else is told by what comes next, which needs the server, too.
      const gone = error instanceof ServerConnection.ResponseError && error.response.status === 404;
      return gone ? null : undefined;
    }
  }

  /** Whether the file was written by something else since it was read; of a shared one never. */
  private _isOlderThan({ last_modified: written }: Contents.IModel): boolean {
    const { contentsModel, model } = this._context;
    const known = Date.parse(contentsModel?.last_modified ?? '');
    return model.collaborative !== true && Date.parse(written) - known > MARGIN;
  }

  private _question(intent: Intent): Question {
    const trans = this._trans;
    const file = this.path();
    return {
      title: trans.__('The file of this notebook is gone'),
      body:
        intent === 'publish'
          ? trans.__(
              '%1 was deleted or moved. What is open here would be saved and published.',
              file
            )
          : trans.__('%1 was deleted or moved. What is open here would be saved and run.', file),
      accept: intent === 'publish' ? trans.__('Save and Publish') : trans.__('Save and Run'),
      decline: trans.__('Cancel')
    };
  }
}
