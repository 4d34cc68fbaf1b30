import { NotebookModel } from '@jupyterlab/notebook/lib/model';
import { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import type { Intent } from '../src/schedule/draft';
import { SavedNotebook } from '../src/schedule/saved';

/** An open notebook, whether it was saved, and what was asked of its author. */
class Open {
  saved = 0;
  readonly questions: string[] = [];
  readonly model = new NotebookModel();

  constructor(
    private readonly _status: number,
    private readonly _agrees = true
  ) {
    this.model.dirty = false;
  }

  async settle(intent: Intent): Promise<boolean> {
    const context = {
      ...{ model: this.model, path: 'work/book.ipynb', localPath: 'work/book.ipynb' },
      isDisposed: false,
      save: () => Promise.resolve(void (this.saved += 1))
    };
    const get = (): Promise<never> =>
      this._status === 200
        ? Promise.resolve({} as never)
        : Promise.reject(
            new ServerConnection.ResponseError({ status: this._status } as Response, 'no')
          );
    const confirm = ({ body, accept }: { body: string; accept: string }): Promise<boolean> => {
      this.questions.push(`${accept}: ${body}`);
      return Promise.resolve(this._agrees);
    };
    const trans = nullTranslator.load('nbflow');
    return new SavedNotebook(context, { get }, confirm, trans).settle(intent);
  }
}

test.each([
  ['publish', true, 1],
  ['publish', false, 0],
  ['run', true, 0]
] as const)('to %s it, where it is changed is %s, it is saved %i times', async (...all) => {
  const [intent, dirty, saved] = all;
  const open = new Open(200);
  open.model.dirty = dirty;
  expect(await open.settle(intent)).toBe(true);
  expect([open.saved, open.questions]).toEqual([saved, []]);
});

test.each(['publish', 'run'] as const)(
  'to %s a notebook whose file is gone it is written again, by who wants it',
  async intent => {
    const open = new Open(404);
    expect(await open.settle(intent)).toBe(true);
    expect([open.saved, open.questions.length]).toEqual([1, 1]);
    expect(open.questions[0]).toContain('work/book.ipynb was deleted or moved.');
    const left = new Open(404, false);
    expect(await left.settle(intent)).toBe(false);
    expect(left.saved).toBe(0);
  }
);

test('a server that does not say whether the file is there is no file that is gone', async () => {
  const open = new Open(503);
  expect(await open.settle('run')).toBe(true);
  expect([open.saved, open.questions]).toEqual([0, []]);
});
