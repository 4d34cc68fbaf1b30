import { Errand } from '../src/schedule/errand';
import type { Progress } from '../src/schedule/progress';
import { book, failing, run, server } from './asked';
import type { Answers, Given } from './asked';

/** What is told of a run in an Airflow that is in reach. */
const THERE = { url: 'http://airflow/dags/book/runs/r1', here: false };

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function sent(answers: Answers): { errand: Errand; told: Progress[]; asked: [string, Given][] } {
  const { client, asked } = server(answers);
  const errand = new Errand(book(), client);
  const told: Progress[] = [];
  errand.changed.connect(() => errand.now && told.push(errand.now));
  return { errand, told, asked };
}

/** Answers a question so, one answer after the other. */
function inTurn(...answers: (() => unknown)[]): () => unknown {
  return () => answers.shift()?.();
}

const begun = { trigger: () => ({ run: run('queued', THERE), paused: false }) };

test('a run of an Airflow that goes away for a while has not failed, and is followed on', async () => {
  const { errand, told } = sent({
    ...begun,
    getRun: inTurn(
      () => run('running', THERE),
      failing('unreachable', 'connection refused'),
      () => run('success', { here: false }), // The store alone does not know.
      () => run('success', THERE)
    )
  });
  const done = errand.trigger('book', {});
  await jest.advanceTimersByTimeAsync(7000);
  expect(errand.now).toMatchObject({ state: 'going', away: true, run: { state: 'running' } });
  await jest.advanceTimersByTimeAsync(2000);
  await done;
  expect(errand.now).toMatchObject({ state: 'done', away: false });
  expect(told.map(one => one.failure)).toEqual(told.map(() => null));
});

test('a run that nobody knows any more is not waited for', async () => {
  const unknown = failing('unknown', 'there is no such run', null, 404);
  const { errand } = sent({ ...begun, getRun: unknown });
  const done = errand.trigger('book', {});
  await jest.advanceTimersByTimeAsync(2500);
  await done;
  expect(errand.now).toMatchObject({ state: 'failed', failure: { code: 'unknown' } });
});

test('a run in Airflow that somebody began is shown by a form that is opened again', async () => {
  const going = run('running', THERE);
  const { errand, asked } = sent({
    runs: () => ({ runs: [run('running', { ...THERE, run_id: 'scheduled__2026' }), going] }),
    getRun: () => run('success', THERE)
  });
  const done = errand.resume('book');
  await jest.advanceTimersByTimeAsync(0);
  expect(errand.now).toMatchObject({ kind: 'trigger', state: 'going', run: { run_id: 'r1' } });
  expect(asked.find(([name]) => name === 'runs')?.[1].query).toMatchObject({ dag_id: 'book' });
  await jest.advanceTimersByTimeAsync(2500);
  await done;
  expect(errand.now).toMatchObject({ state: 'done' });
});

test.each([
  ['that Airflow began by itself', { ...THERE, run_id: 'scheduled__2026' }],
  ['of this machine', { here: true }]
])('a run %s does not keep a form busy', async (_, found) => {
  const { errand } = sent({ runs: () => ({ runs: [run('running', found)] }) });
  await errand.resume('book');
  expect(errand.now).toBeNull();
});

test('a run in Airflow is cancelled from the form, too', async () => {
  const { errand, asked } = sent({
    ...begun,
    getRun: () => run('cancelled', THERE),
    cancelRun: () => ({ changed: true })
  });
  const done = errand.trigger('book', {});
  await jest.advanceTimersByTimeAsync(0);
  expect(errand.canCancel).toBe(true);
  await errand.cancel();
  expect(asked.at(-1)).toEqual([
    'cancelRun',
    { path: { dag_id: 'book', run_id: 'r1' }, query: { project: 'work' } }
  ]);
  await jest.advanceTimersByTimeAsync(2500);
  await done;
  expect(errand.now?.state).toBe('cancelled');
});
