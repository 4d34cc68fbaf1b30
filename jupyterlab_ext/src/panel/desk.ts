import type { IDocumentManager } from '@jupyterlab/docmanager';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import React from 'react';

import type { Run } from '../generated/answers';
import { timeOf } from '../parts/moments';
import { choose, confirm } from '../parts/question';
import type { Choice } from '../parts/question';
import type { Happening, INbflow } from '../tokens';
import type { Desk } from './actions';
import { pathOf } from './drive';
import { failedCell } from './executed';
import type { Outcomes } from './outcomes';
import type { RunName } from './place';
import { Asked } from './question';
import type { Question } from './question';
import { openWritten, reveal, revealCell } from './reveal';

/** Names that are tried for a new notebook. */
const TRIES = 100;

/** JupyterLab, as the panel uses it. */
export class LabDesk implements Desk {
  constructor(
    private readonly _nbflow: Pick<INbflow, 'tell'>,
    private readonly _commands: Pick<CommandRegistry, 'execute' | 'hasCommand'>,
    private readonly _documents: IDocumentManager,
    private readonly _outcomes: Pick<Outcomes, 'follow'>,
    private readonly _trans: TranslationBundle,
    private readonly _language: string,
    private readonly _watches: () => boolean
  ) {}

  get watches(): boolean {
    return this._watches();
  }

  async confirm({ body: text, difference, ...asked }: Question): Promise<boolean> {
    const trans = this._trans;
    const body =
      difference === undefined
        ? text
        : React.createElement(Asked, { body: text, difference, trans });
    return confirm({ decline: trans.__('Cancel'), ...asked, body });
  }

  async choose<Value>(
    question: { title: string; body: string },
    choices: readonly Choice<Value>[]
  ): Promise<Value | null> {
    return choose({ ...question, choices, decline: this._trans.__('Cancel') });
  }

  async openExecuted(
    { started }: Run,
    name: RunName,
    notebook: string,
    cell: string | null
  ): Promise<void> {
    const about = started === null ? '' : this._trans.__('run %1', timeOf(started, this._language));
    const path = pathOf(name, notebook, about);
    // Of what is not there yet JupyterLab would open an empty notebook; this says so.
    await this._documents.services.contents.get(path);
    const known = this._documents.findWidget(path, 'Notebook');
    if (known !== undefined) {
      await known.context.revert(); // It may have more by now.
    }
    const none = { shouldStart: false, canStart: false };
    const opened = this._documents.openOrReveal(path, 'Notebook', undefined, undefined, none);
    if (!(opened instanceof NotebookPanel)) {
      throw new Error(this._trans.__('There is nothing that opens notebooks.'));
    }
    await opened.context.ready;
    await opened.revealed;
    const index = failedCell(opened.context.model, cell?.split('/').at(-1) ?? null);
    if (index !== null) {
      await revealCell(opened.content, index);
    }
  }

  async openNotebook(path: string): Promise<void> {
    const { contents } = this._documents.services;
    await contents.get(path, { content: false }); // It may be gone since; this says so.
    this._documents.openOrReveal(path);
  }

  async showFile(path: string, size: number): Promise<void> {
    await openWritten(this._documents, this._commands, path, size);
  }

  async showFolder(path: string): Promise<void> {
    await reveal(this._commands, path);
  }

  async settle(path: string): Promise<boolean> {
    const context = this._documents.findWidget(path, 'Notebook')?.context;
    if (context?.model.dirty !== true) {
      return true;
    }
    if (!context.model.readOnly) {
      try {
        await context.save();
        return true;
      } catch {
        // JupyterLab has said why.
      }
    }
    const trans = this._trans;
    return this.confirm({
      title: trans.__('Run it as it was saved?'),
      body: trans.__('What you have changed in %1 is not saved, and will not run.', path),
      accept: trans.__('Run as Saved')
    });
  }

  follow(name: RunName, before: string | null): void {
    this._outcomes.follow(name, before);
  }

  tell(what: Happening['what'], dag: string | null): void {
    this._nbflow.tell({ by: this, what, dag });
  }

  async openNew(folder: string, name: string, content: Record<string, unknown>): Promise<void> {
    const { contents } = this._documents.services;
    const path = await freeName(contents, folder, name);
    await contents.save(path, { type: 'notebook', format: 'json', content });
    this._documents.openOrReveal(path);
  }
}

/** A path that no file has yet: `NAME.ipynb`, or with a number. */
async function freeName(
  contents: Contents.IManager,
  folder: string,
  name: string
): Promise<string> {
  const { content: files } = (await contents.get(folder)) as { content: Contents.IModel[] };
  const taken = new Set(files.map(one => one.name));
  const names = Array.from({ length: TRIES }, (_, index) =>
    index === 0 ? `${name}.ipynb` : `${name}-${index + 1}.ipynb`
  );
  const free = names.find(one => !taken.has(one)) ?? `${name}-${Date.now()}.ipynb`;
  return folder === '' ? free : `${folder}/${free}`;
}
