import type { TranslationBundle } from '@jupyterlab/translation';

import type { Client } from '../client/client';
import { ServerFailure, refusal } from '../client/failure';
import type { Difference } from '../generated/answers';
import { versionsIn } from '../parts/versions';
import type { Desk } from './actions';
import type { Deeds } from './deeds';

/** Sees to it that what is published is what somebody expects to run. */
export class Publishing {
  constructor(
    private readonly _client: Pick<Client, 'ask' | 'work'>,
    private readonly _deeds: Deeds,
    private readonly _desk: Pick<Desk, 'choose' | 'tell'>,
    private readonly _trans: TranslationBundle
  ) {}

  /**
   * Whether what a run goes on with is published as somebody wants it.
   *
   * Where the notebook is another one by now, they choose: it is published before, or not.
   */
  async settle(dag: string, path: string): Promise<boolean> {
    const trans = this._trans;
    const found = await this._compared(path);
    const cells = found?.changed === true ? found.cells.map(cell => cell.index) : [];
    if (found === null || cells.length === 0) {
      return true;
    }
    const question = {
      title: trans.__('Publish your changes first?'),
      body: trans._n(
        'Cell %2 is not as it is published. The run goes on with what is published.',
        'Cells %2 are not as they are published. The run goes on with what is published.',
        cells.length,
        cells.join(', ')
      )
    };
    const chosen = await this._desk.choose(question, [
      { label: trans.__('Resume Without'), value: 'without' as const, warns: true },
      { label: trans.__('Publish and Resume'), value: 'publish' as const, warns: false }
    ]);
    const shown = versionsIn(found);
    return chosen === 'publish' ? this._publish(dag, { path, shown }) : chosen === 'without';
  }

  /** A notebook beside what is published of it; null where it cannot be published. */
  private async _compared(path: string): Promise<Difference | null> {
    try {
      return await this._client.ask('diff', { body: { path } });
    } catch (error) {
      if (error instanceof ServerFailure) {
        return null; // What cannot be published now is nothing that somebody expects to run.
      }
      throw error;
    }
  }

  /** Publish a notebook as it is saved; whether Airflow has it. */
  private async _publish(dag: string, body: { path: string; shown: string[] }): Promise<boolean> {
    const trans = this._trans;
    const words = { going: trans.__('Publishing'), done: '', failed: trans.__('Not resumed') };
    const done = await this._deeds.do(words, async options => {
      const published = await this._client.work('publish', { body }, options);
      this._desk.tell('published', dag);
      if (published.review !== null) {
        const branch = published.review;
        throw refusal(
          trans.__('It is written for review to the branch %1; resume once it is merged.', branch)
        );
      }
      if (published.missing !== null) {
        throw refusal(trans.__('Airflow does not have it yet: %1', published.missing));
      }
      return true;
    });
    return done === true;
  }
}
