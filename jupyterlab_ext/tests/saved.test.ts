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
  /** When the file was written last, and when it was read; what saving it comes to. */
  written = '2026-11-30T10:00:00Z';
  read = '2026-11-30T10:00:00Z';
  saves: () => Promise<void> = () => Promise.resolve();

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
      contentsModel: { last_modified: this.read } as never,
      save: async () => {
        await this.saves();
        this.saved += 1;
      }
    };
    const get = (): Promise<never> =>
      this._status === 200
        ? Promise.resolve({ last_modified: this.written } as never)
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

test('a file that something else has written since is published once it is settled which of the two', async () => {
  const open = new Open(200);
  open.written = '2026-11-30T10:00:01Z';
  expect(await open.settle('run')).toBe(true);
  expect(open.saved).toBe(0);
  expect(await open.settle('publish')).toBe(true);
  expect(open.saved).toBe(1);
  open.read = '2026-11-30T10:00:00.800Z'; // clocks of file systems are coarse
  expect(await open.settle('publish')).toBe(true);
  expect(open.saved).toBe(1);
});

test('who declines to save it publishes nothing, and a disk that is full is told', async () => {
  const open = new Open(200);
  open.model.dirty = true;
  const cancelled = Object.assign(new Error('Cancel'), { name: 'ModalCancelError' });
  open.saves = () => Promise.reject(cancelled);
  expect(await open.settle('publish')).toBe(false);
  open.saves = () => Promise.reject(new Error('no space'));
  await expect(open.settle('publish')).rejects.toThrow('no space');
});
