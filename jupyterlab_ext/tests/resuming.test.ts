import type { Job } from '../src/generated/answers';
import { failing, job, run } from './asked';
import { FAILED, open, panel, said, settled } from './opened';

afterEach(() => panel.close());

test('a run here goes on from its failed step, and is watched', async () => {
  let told: Job = job({ kind: 'run' });
  const going = (): Job => (told = job({ kind: 'run', run: run('running'), version: 2 }));
  await open({ run: () => told, job: going }, { run: FAILED });
  await said('Resume');
  await panel.press('Resume');
  await settled();
  expect(panel.given('run')?.body).toEqual({ path: 'work/book.ipynb', resume: 'r1' });
  expect([panel.settled, panel.told]).toEqual([['work/book.ipynb'], [['ran', 'book']]]);
  expect(panel.watch.all).toMatchObject([{ run_id: 'r1', before: FAILED.ended }]);
  expect(panel.followed).toEqual([['r1', FAILED.ended]]);
});

test('a run here does not go on where its notebook is not saved, and somebody leaves it', async () => {
  await open({ run: () => job({ kind: 'run' }) }, { run: FAILED });
  await said('Resume');
  panel.agrees = false;
  await panel.press('Resume');
  expect([panel.settled, panel.given('run')]).toEqual([['work/book.ipynb'], undefined]);
});

test('a run in Airflow goes on there', async () => {
  const away = { ...FAILED, here: false };
  await open({ getRun: () => away, resumeRun: () => ({ steps: ['fit'] }) }, { run: away });
  await said('Resume');
  await panel.press('Resume');
  expect(panel.given('resumeRun')?.path).toEqual({ dag_id: 'book', run_id: 'r1' });
});

const CHANGED = { cell: 'c2', index: 2, sort: 'changed', text: '', step: 'fit', stage: null };

describe('a run in Airflow whose notebook is no longer as it is published', () => {
  const away = { ...FAILED, here: false };
  const LIVE = { review: null, missing: null };
  const answers = {
    ...{ getRun: () => away, resumeRun: () => ({ steps: ['fit'] }) },
    diff: () => ({ changed: true, published: { digest: 'a1' }, cells: [CHANGED] })
  };

  async function resume(published: object, chosen: string): Promise<void> {
    await open({ ...answers, publish: () => job({ result: published }) }, { run: away });
    await said('Resume');
    panel.chosen = chosen;
    await panel.press('Resume');
  }

  test('stays as it is where somebody chooses nothing', async () => {
    await resume(LIVE, '');
    expect(panel.given('diff')?.body).toEqual({ path: 'work/book.ipynb' });
    expect(panel.questions.at(-1)?.body).toContain('Cell 2 is not as it is published.');
    expect(panel.settled).toEqual(['work/book.ipynb']);
    expect([panel.given('publish'), panel.given('resumeRun')]).toEqual([undefined, undefined]);
  });

  test('goes on without what was changed', async () => {
    await resume(LIVE, 'without');
    expect(panel.given('publish')).toBeUndefined();
    expect(panel.given('resumeRun')?.path).toEqual({ dag_id: 'book', run_id: 'r1' });
  });

  test('goes on with what was changed, which is published before', async () => {
    await resume(LIVE, 'publish');
    expect(panel.given('publish')?.body).toEqual({ path: 'work/book.ipynb', shown: ['a1'] });
    expect(panel.given('resumeRun')?.path).toEqual({ dag_id: 'book', run_id: 'r1' });
    expect(panel.told).toEqual([
      ['published', 'book'],
      ['ran', 'book']
    ]);
  });

  test.each([
    [{ ...LIVE, review: 'nbflow/book' }, 'resume once it is merged'],
    [{ ...LIVE, missing: 'no answer' }, 'Airflow does not have it yet: no answer']
  ])('does not go on before Airflow has what was changed', async (published, why) => {
    await resume(published, 'publish');
    await said(why);
    expect(panel.given('resumeRun')).toBeUndefined();
  });
});

test('a run in Airflow whose notebook is as it is published, or cannot be, goes on unasked', async () => {
  const away = { ...FAILED, here: false };
  for (const diff of [() => ({ changed: false, cells: [] }), failing('check', 'wrong')]) {
    await open({ getRun: () => away, resumeRun: () => ({ steps: ['fit'] }), diff }, { run: away });
    await said('Resume');
    await panel.press('Resume');
    expect(panel.questions).toEqual([]);
    expect(panel.given('resumeRun')?.path).toEqual({ dag_id: 'book', run_id: 'r1' });
    panel.close();
  }
});
