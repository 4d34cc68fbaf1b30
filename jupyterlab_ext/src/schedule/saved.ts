import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel } from '@jupyterlab/notebook';
import { ServerConnection } from '@jupyterlab/services';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Question } from '../parts/question';
import type { Intent, Notebook } from './draft';

/** What of a notebook's context is used here. */
type Context = Pick<
  DocumentRegistry.IContext<INotebookModel>,
  'model' | 'path' | 'localPath' | 'save' | 'isDisposed'
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
    const gone = await this._isGone();
    if (gone && !(await this._confirm(this._question(intent)))) {
      return false;
    }
    if (gone || (intent === 'publish' && model.dirty && !model.readOnly)) {
      await this._context.save();
    }
    if (this._context.isDisposed) {
      throw new Error(this._trans.__('It was closed before.'));
    }
    return true;
  }

  /** Whether its file was deleted, or moved by something else than JupyterLab. */
  private async _isGone(): Promise<boolean> {
    try {
      await this._contents.get(this._context.path, { content: false });
      return false;
    } catch (error) {
      // All else is told by what comes next, which needs the server, too.
      return error instanceof ServerConnection.ResponseError && error.response.status === 404;
    }
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
