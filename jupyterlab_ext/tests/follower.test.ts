import { nullTranslator } from '@jupyterlab/translation';

import type { Run, StepRun } from '../src/generated/answers';
import { booksOf, bookOf } from '../src/panel/books';
import { pathOf, readPath, ExecutedDrive } from '../src/panel/drive';
import { Follower } from '../src/panel/follower';
import { START, readPlace } from '../src/panel/place';
import { run, server, step } from './asked';

const NAME = { project: 'work', dag_id: 'book', run_id: 'r1' };

function lines(...texts: string[]): { lines: unknown[]; finished: boolean; next: number } {
  return {
    lines: texts.map(text => ({ step: 'fit', cell: null, moment: null, level: null, text })),
    ...{ finished: false, next: 0 }
  };
}

/** Follows a run whose steps are so, with a log that grows. */
function following(steps: () => StepRun[], state: () => Run['state'] = () => 'running') {
  const log = ['one', 'two'];
  const graph = { steps: [{ name: 'load', needs: [] }], notebook: 'work/book.ipynb' };
  const found = server({
    getRun: () => run(state(), { steps: steps() }),
    graph: () => graph,
    logs: ({ query }) => {
      const after = Number(query?.after);
      return { ...lines(...log.slice(after)), next: log.length };
    }
  });
  const follower = new Follower(found.client, NAME);
  const texts = (): string[] => (follower.lines?.all ?? []).map(one => one.text);
  const logsAsked = (): unknown[] =>
    found.asked.filter(([name]) => name === 'logs').map(([, given]) => given.query?.after);
  return { follower, log, texts, logsAsked, asked: found.asked };
}

test('the log of the step that runs comes as it is written', async () => {
  const { follower, log, texts, logsAsked } = following(() => [
    step('load', 'success'),
    step('fit', 'running')
  ]);
  await follower.look();
  expect([follower.lines?.step, texts()]).toEqual(['fit', ['one', 'two']]);
  log.push('three');
  await follower.look();
  expect([texts(), logsAsked()]).toEqual([
    ['one', 'two', 'three'],
    [0, 2]
  ]);
  follower.dispose();
});

test.each([{ attempt: 2 }, { started: '2026-11-29T17:00:00Z' }])(
  'another try has a log of its own: %j',
  async other => {
    let now = {};
    const { follower, log, texts } = following(() => [{ ...step('fit', 'running'), ...now }]);
    await follower.look();
    now = other;
    log.splice(0, 2, 'again');
    await follower.look();
    expect(texts()).toEqual(['again']);
    follower.dispose();
  }
);

test('the log of a step that has ended is read to its end, and no more', async () => {
  const { follower, log, texts, logsAsked } = following(
    () => [step('fit', 'failed')],
    () => 'failed'
  );
  await follower.look();
  log.push('the last word');
  for (let looks = 0; looks < 4; looks++) {
    await follower.look();
  }
  expect([texts().at(-1), logsAsked()]).toEqual(['the last word', [0, 2, 3]]);
  follower.dispose();
});

test('who chooses a step sees its log and no other', async () => {
  const { follower } = following(() => [step('load', 'success'), step('fit', 'running')]);
  await follower.look();
  await follower.choose('load');
  await follower.look();
  expect(follower.lines?.step).toBe('load');
  follower.dispose();
});

test('while Airflow is away a run is shown as it was known last', async () => {
  const url = 'http://airflow/runs/r1';
  let found = run('running', { here: false, url, steps: [step('fit', 'running')] });
  const { client } = server({
    getRun: () => found,
    graph: () => ({ steps: [], notebook: null }),
    logs: () => lines()
  });
  const follower = new Follower(client, NAME);
  await follower.look();
  found = run('failed', { here: false, url: null });
  await follower.look();
  expect([follower.away, follower.run?.state, follower.run?.url]).toEqual([true, 'running', url]);
  found = run('success', { here: false, url });
  await follower.look();
  expect([follower.away, follower.run?.state]).toEqual([false, 'success']);
  follower.dispose();
});

test('of a run that is opened while Airflow is away nobody says that it failed', async () => {
  const { client } = server({ getRun: () => run('failed', { here: false, url: null }) });
  const follower = new Follower(client, NAME);
  await follower.look();
  expect([follower.away, follower.run]).toEqual([true, null]);
  follower.dispose();
});

test('how the steps hang together is asked once', async () => {
  const { follower, asked } = following(() => [step('load', 'running')]);
  await follower.look();
  await follower.look();
  expect(follower.graph.notebook).toBe('work/book.ipynb');
  expect(asked.filter(([name]) => name === 'graph')).toHaveLength(1);
  follower.dispose();
});

test('a run has one notebook, or one of each stage and item that has begun', () => {
  expect(booksOf(run('success', { steps: [step('fit', 'success')] }))).toEqual(['book']);
  const several = run('running', {
    steps: [
      step('train.load', 'success'),
      step('train.fit', 'success'),
      step('good', 'success'),
      step('again.fit[0]', 'running'),
      { ...step('again.fit[1]', 'queued'), started: null }
    ]
  });
  expect(booksOf(several)).toEqual(['train', 'again-0']);
  expect(bookOf(several, { name: 'good' })).toBe('');
});

test.each(['', 'work', 'work/deep er'])('an executed notebook of %j has a path', project => {
  const name = { project, dag_id: 'book', run_id: 'manual__2026-11-29T16:08:15.1+00:00' };
  const path = pathOf(name, 'train-0', 'run 17:42');
  expect(path.startsWith('nbflow-run:')).toBe(true);
  expect(path.split('/').at(-1)).toBe('train-0 · run 17:42.ipynb');
  expect(readPath(path.slice('nbflow-run:'.length))).toEqual({ run: name, name: 'train-0' });
  expect(readPath('work/train.ipynb')).toBeNull();
});

test('what a run has made can be read, and changed by nobody', async () => {
  const cells = [
    {
      ...{ cell_type: 'code', source: ['a\n', 'b'] },
      outputs: [
        { text: ['1\n', '2'], data: { 'text/plain': ['x', 'y'], 'application/json': ['x'] } }
      ]
    }
  ];
  const { client } = server({ outputNotebooks: () => [{ name: 'book', content: { cells } }] });
  const drive = new ExecutedDrive(client, {} as never, {} as never, nullTranslator.load('nbflow'));
  const found = await drive.get(pathOf(NAME, 'book', '').slice('nbflow-run:'.length));
  expect([found.writable, found.type]).toEqual([false, 'notebook']);
  expect(found.content).toEqual({
    cells: [
      {
        ...{ cell_type: 'code', source: 'a\nb', metadata: { editable: false, deletable: false } },
        outputs: [{ text: '1\n2', data: { 'text/plain': 'xy', 'application/json': ['x'] } }]
      }
    ]
  });
  const own = pathOf(NAME, 'book', '').slice('nbflow-run:'.length);
  await expect(drive.save(own)).rejects.toThrow('not changed');
  await expect(drive.delete(own)).rejects.toThrow('not changed');
  await expect(drive.get('@work/book/r1/other.ipynb')).rejects.toThrow('no notebook other');
});

test('whether a notebook is there and what is in it is one question, asked anew later', async () => {
  const { client, asked } = server({
    outputNotebooks: () => [{ name: 'book', content: { cells: [] } }]
  });
  const drive = new ExecutedDrive(client, {} as never, {} as never, nullTranslator.load('nbflow'));
  const path = pathOf(NAME, 'book', '').slice('nbflow-run:'.length);
  jest.useFakeTimers();
  await drive.get(path);
  await drive.get(path);
  expect(asked).toHaveLength(1);
  jest.advanceTimersByTime(3000);
  await drive.get(path);
  expect(asked).toHaveLength(2);
  jest.useRealTimers();
});

test('a copy of an executed notebook is written where somebody wants it, and can be changed', async () => {
  const saved: unknown[] = [];
  const elsewhere = {
    get: () => Promise.reject(new Error('there is none')),
    save: (...given: unknown[]) => Promise.resolve(saved.push(given)),
    delete: () => Promise.resolve()
  };
  const trans = nullTranslator.load('nbflow');
  const drive = new ExecutedDrive(server({}).client, elsewhere as never, {} as never, trans);
  await expect(drive.get('work/copy.ipynb', { content: false })).rejects.toThrow('there is none');
  const cell = { cell_type: 'code', metadata: { editable: false, deletable: false, tags: ['a'] } };
  await drive.save('work/copy.ipynb', { type: 'notebook', content: { cells: [cell] } });
  const content = { cells: [{ cell_type: 'code', metadata: { tags: ['a'] } }] };
  expect(saved).toEqual([['work/copy.ipynb', { type: 'notebook', content }]]);
});

test.each([undefined, null, 5, { project: 1, list: 'x', kind: [], run: { dag_id: 'a' } }])(
  'of a place that was kept as %j nothing is believed',
  kept => {
    expect(readPlace(kept)).toEqual(START);
  }
);

test('a place that was kept is the place', () => {
  const place = { ...START, project: 'work', kind: 'failed', run: { dag_id: 'a', run_id: 'b' } };
  expect(readPlace(JSON.parse(JSON.stringify(place)))).toEqual(place);
});
