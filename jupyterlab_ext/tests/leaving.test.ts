import { failing, job, run } from './asked';
import { Held } from './held';
import { FAILED, PIPELINE, open, panel, said, settled } from './opened';

afterEach(() => panel.close());

/** Somebody shows another project, while something is done in the one that was shown. */
async function leave(): Promise<void> {
  panel.projects.choose('other');
  await settled();
}

/** The projects that an endpoint was asked of. */
function projectsOf(name: string): unknown[] {
  return panel.asked.flatMap(([one, { query }]) => (one === name ? [query?.project] : []));
}

const BEGUN = { run: run('queued', { run_id: 'r9', here: false }), paused: false };

test('a run that starts once somebody has left its project is watched there, and they stay where they are', async () => {
  const slow = new Held(BEGUN);
  const getRun = (): unknown => BEGUN.run;
  await open({ parameters: () => [], trigger: () => slow.answer, getRun }, { pipeline: 'book' });
  await said('Run now');
  await panel.press('Run now');
  await said('It has no parameters.');
  await panel.press('Start');
  await leave();
  slow.release();
  await said('book has started in “work”');
  expect(panel.monitor.place).toMatchObject({ project: 'other', run: null });
  expect(panel.watch.all).toMatchObject([{ project: 'work', run_id: 'r9' }]);
  expect(panel.told).toEqual([['ran', 'book']]);
});

test('a pipeline is rolled back in the project in which somebody has asked for it', async () => {
  const slow = new Held({ dag_id: 'book', changed: true, cells: [], changes: [] });
  const version = { by: 'ann', moment: null, action: 'publish', kept: true };
  const versions = [
    { ...version, digest: 'a1a1a1a1a1' },
    { ...version, digest: PIPELINE.digest }
  ];
  await open(
    {
      pipeline: () => ({ dag_id: 'book', digest: PIPELINE.digest, versions }),
      diffBack: () => slow.answer,
      rollBack: () => job({ result: {} })
    },
    { pipeline: 'book' }
  );
  await said('Roll back');
  await panel.press('Roll back');
  await said('current');
  await panel.press('Go back to it');
  await leave();
  slow.release();
  await said('Rolled back to');
  expect([projectsOf('diffBack'), projectsOf('rollBack')]).toEqual([['work'], ['work']]);
});

test('a pipeline is unpublished in the project in which somebody has asked for it, and another of its name stays open', async () => {
  const agreed = new Held(true);
  const slow = new Held(job({ result: {} }));
  await open({ unpublish: () => slow.answer }, { pipeline: 'book' });
  await said('Unpublish');
  panel.agrees = agreed.answer;
  await panel.press('Unpublish');
  await leave();
  panel.monitor.go({ pipeline: 'book' });
  agreed.release();
  await said('Unpublishing');
  slow.release();
  await said('book is unpublished');
  expect(projectsOf('unpublish')).toEqual(['work']);
  expect(panel.monitor.place).toMatchObject({ project: 'other', pipeline: 'book' });
});

test('a run is cancelled in the project in which somebody has asked for it', async () => {
  const going = { ...FAILED, here: false, url: 'x', state: 'running' as const, ended: null };
  const agreed = new Held(true);
  await open({ getRun: () => going, cancelRun: () => ({ changed: true }) }, { run: going });
  await said('Cancel');
  panel.agrees = agreed.answer;
  await panel.press('Cancel');
  await leave();
  agreed.release();
  await settled();
  expect(projectsOf('cancelRun')).toEqual(['work']);
});

test('a debug notebook is put into the project of its run', async () => {
  const slow = new Held({ name: 'book-debug', content: {} });
  const graph = { steps: [], notebook: null };
  await open({ graph: () => graph, debugNotebook: () => slow.answer }, { run: FAILED });
  await said('Debug notebook');
  await panel.press('Debug notebook');
  await leave();
  slow.release();
  await settled();
  expect([projectsOf('debugNotebook'), panel.opened]).toEqual([['work'], ['work/book-debug']]);
});

test('a run that goes on once somebody has left its project is watched there', async () => {
  const away = { ...FAILED, here: false };
  const slow = new Held({ steps: ['fit'] });
  const diff = failing('check', 'wrong');
  await open({ getRun: () => away, diff, resumeRun: () => slow.answer }, { run: away });
  await said('Resume');
  await panel.press('Resume');
  await leave();
  slow.release();
  await settled();
  expect(projectsOf('resumeRun')).toEqual(['work']);
  expect(panel.watch.all).toMatchObject([{ project: 'work', run_id: 'r1' }]);
});
