import type { TranslationBundle } from '@jupyterlab/translation';

import type { Client } from '../client/client';
import { ServerFailure, refusal } from '../client/failure';
import type { Graph, Run } from '../generated/answers';
import { folderOf } from '../parts/folders';
import type { Desk } from './actions';
import { bookOf } from './books';
import type { Deeds } from './deeds';
import { given } from './place';
import type { RunName } from './place';

/** Opens notebooks: what a run has made, what it was made of, and new ones. */
export class Opening {
  constructor(
    private readonly _client: Pick<Client, 'ask'>,
    private readonly _deeds: Deeds,
    private readonly _desk: Pick<Desk, 'openExecuted' | 'openNotebook' | 'openNew'>,
    private readonly _trans: TranslationBundle
  ) {}

  /** Open what a run has made, at the cell that failed where one did. */
  async openExecuted(run: Run, name: RunName, book: string): Promise<void> {
    const failed = run.steps.find(step => step.failure !== null && bookOf(run, step) === book);
    const cell = failed?.failure?.cell ?? null;
    await this._open(() => this._desk.openExecuted(run, name, book, cell));
  }

  async openNotebook(path: string): Promise<void> {
    await this._open(() => this._desk.openNotebook(path));
  }

  /** Open a notebook that brings back what a step was given. */
  async debug(run: RunName, step: string, graph: Graph): Promise<void> {
    const { path, query } = given(run);
    await this._open(async signal => {
      const asked = { path, query: { ...query, step } };
      const { name, content } = await this._client.ask('debugNotebook', asked, { signal });
      const folder = graph.notebook === null ? run.project : folderOf(graph.notebook);
      await this._desk.openNew(folder, name, content);
    });
  }

  /** Keep a notebook that can be changed of what a run has made, and open it. */
  async keep(folder: string, name: string, content: Record<string, unknown>): Promise<void> {
    await this._open(() => this._desk.openNew(folder, name, content));
  }

  private async _open(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const trans = this._trans;
    const words = { going: trans.__('Opening'), done: '', failed: trans.__('It cannot be opened') };
    await this._deeds.do(words, async ({ signal }) => {
      try {
        await work(signal);
      } catch (error) {
        throw error instanceof ServerFailure ? error : refusal(messageOf(error));
      }
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
