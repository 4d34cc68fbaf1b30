import { READY, STOPPED, failing, job } from './asked';
import type { Answers } from './asked';
import { Held } from './held';
import { FAILED, PIPELINE, open, panel, said, settled } from './opened';

afterEach(() => panel.close());

test('a pipeline is told with its last state, its next run and its owner', async () => {
  await open();
  await said('book');
  const [row] = panel.all('.nbf-Rows-row');
  expect(row?.textContent).toContain('failed');
  expect(row?.textContent).toMatch(/next .*1 Dec 2099, 0?\d:/);
  expect(row?.textContent).toContain('ops');
  panel.monitor.go({ pipeline: 'book' });
  await settled();
  const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' })
    .formatToParts(new Date(PIPELINE.next_run ?? ''))
    .find(one => one.type === 'timeZoneName')?.value;
  expect(panel.all('.nbf-Panel-about')[0]?.textContent).toContain(` ${zone} · of ops`);
});

test('of a pipeline that an Airflow out of reach may know it is not said that it does not', async () => {
  const pipelines = [{ ...PIPELINE, in_airflow: false, next_run: null }];
  const away = { settings: () => ({ default_profile: 'small', channels: [], airflow: STOPPED }) };
  await open({ ...away, airflow: () => STOPPED, pipelines: () => ({ pipelines, unasked: null }) });
  await said('next run not known');
  expect(panel.text).not.toContain('not known to Airflow');
  panel.close();
  await open({ pipelines: () => ({ pipelines, unasked: null }) });
  await said('not known to Airflow');
});

test.each([
  ['scheduled__2026-12-01T06:00:00+00:00', 'by schedule'],
  ['backfill__2026-12-01T06:00:00+00:00', 'by a backfill'],
  ['manual__2026-12-01T06:00:00+00:00', 'in Airflow'],
  ['nightly', 'in Airflow']
])('of a run called %s it is said that it is %s', async (run_id, where) => {
  const runs = [{ ...FAILED, here: false, run_id }];
  await open({ runs: () => ({ runs, further: null, unasked: null }) }, { list: 'runs' });
  await said(where);
});

test('of ten thousand runs those in sight are drawn, and arrows go through them', async () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `r${index}`);
  const runs: Answers['runs'] = ({ query }) => {
    const first = Number(query?.after ?? 0);
    const found = names
      .slice(first, first + 100)
      .map(run_id => ({ ...FAILED, state: 'success', run_id }));
    return { runs: found, further: String(first + 100), unasked: null };
  };
  await open({ runs }, { list: 'runs' });
  await said('done');
  for (let pages = 1; pages < 100; pages++) {
    await panel.monitor.runs.more();
  }
  await settled();
  expect(panel.monitor.runs.items).toHaveLength(10_000);
  const [list] = panel.all('[role=listbox]');
  expect(panel.all('.nbf-Rows-row').length).toBeLessThan(40);
  const key = (name: string): boolean | undefined =>
    list?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
  key('ArrowDown');
  await settled();
  key('ArrowDown');
  await settled();
  const chosen = panel.all('[aria-selected=true]')[0];
  expect(chosen?.getAttribute('aria-posinset')).toBe('3');
  expect(list?.getAttribute('aria-activedescendant')).toBe(chosen?.id);
  key('Enter');
  await settled();
  expect(panel.monitor.place.run).toMatchObject({ run_id: 'r2' });
});

test('who scrolls on while the list is looked at again gets more as soon as may be', async () => {
  let held: Promise<void> = Promise.resolve();
  const runs: Answers['runs'] = async ({ query }) => {
    await held;
    const first = Number(query?.after ?? 0);
    const names = Array.from({ length: 100 }, (_, index) => `r${first + index}`);
    const found = names.map(run_id => ({ ...FAILED, run_id }));
    return { runs: found, further: String(first + 100), unasked: null };
  };
  await open({ runs }, { list: 'runs' });
  await said('failed');
  let release = (): void => undefined;
  held = new Promise(resolve => (release = resolve));
  void panel.monitor.look();
  const [list] = panel.all('[role=listbox]');
  Object.assign(list as object, { scrollTop: 4500 });
  list?.dispatchEvent(new Event('scroll'));
  await settled();
  release();
  await said('failed');
  expect(panel.monitor.runs.items).toHaveLength(200);
});

test('what is looked for, and which runs are listed, the server is asked', async () => {
  await open();
  await said('book');
  panel.monitor.go({ contains: 'chu' });
  await new Promise(resolve => setTimeout(resolve, 300));
  expect(panel.given('pipelines')?.query).toMatchObject({ contains: 'chu', project: 'work' });
  expect(panel.given('pipelines')?.query).not.toHaveProperty('state');
  const [choice] = panel.all('[aria-label="Which pipelines"]');
  Object.assign(choice as object, { value: 'paused' });
  choice?.dispatchEvent(new Event('change', { bubbles: true }));
  await settled();
  expect(panel.given('pipelines')?.query).toMatchObject({ contains: 'chu', state: 'paused' });
  panel.monitor.go({ list: 'runs', kind: 'failed' });
  await settled();
  expect(panel.given('runs')?.query).toMatchObject({ states: 'failed,upstream_failed,cancelled' });
});

test('without Airflow a banner says what does not go, and starts it', async () => {
  let state: unknown = STOPPED;
  await open({
    settings: () => ({ airflow: state }),
    airflow: () => state,
    airflowUp: () => {
      state = READY;
      return job({ result: {} });
    }
  });
  await said('The private Airflow does not run');
  await panel.press('Start Airflow');
  await said('Airflow runs');
  expect(panel.all('.nbf-Reach')).toEqual([]);
});

test('a server that does not answer is told, and what is known stays', async () => {
  let away = false;
  const refuse = failing('unreachable', 'Jupyter Server does not answer');
  await open({
    pipelines: () => (away ? refuse() : { total: 1, unasked: null, pipelines: [PIPELINE] })
  });
  await said('book');
  away = true;
  await panel.monitor.look();
  await settled();
  expect(panel.all('.nbf-Rows-row')).toHaveLength(1);
  expect(panel.monitor.pipelines.failure?.message).toBe('Jupyter Server does not answer');
});

test('of a project that cannot be listed nothing is shown that is of another, but why', async () => {
  const refuse = failing('target', 'the bucket does not answer');
  await open({
    pipelines: ({ query }) =>
      query?.project === 'b' ? refuse() : { total: 1, unasked: null, pipelines: [PIPELINE] }
  });
  await said('1 pipeline');
  panel.projects.choose('b');
  await said('Nothing can be told: the bucket does not answer');
  expect(panel.all('.nbf-Rows-row')).toEqual([]);
  expect(panel.text).not.toContain('1 pipeline');
  panel.monitor.go({ pipeline: 'book' });
  expect(panel.monitor.pipeline).toBeNull();
  panel.projects.choose('work');
  await said('1 pipeline');
});

test('while a project is listed for the first time nothing is shown that is of another', async () => {
  const slow = new Held({ total: 0, unasked: null, pipelines: [] });
  await open({
    pipelines: ({ query }) =>
      query?.project === 'b' ? slow.answer : { total: 1, unasked: null, pipelines: [PIPELINE] }
  });
  await said('1 pipeline');
  void panel.monitor.look();
  panel.projects.choose('b');
  await said('Reading…');
  expect(panel.all('.nbf-Rows-row')).toEqual([]);
  slow.release();
  await said('Nothing is published in “b” yet');
});

test('what is listed of a folder stays while the same is asked of its project', async () => {
  const of = new Held({ folder: 'work', airflow: STOPPED });
  const slow = new Held({ total: 1, unasked: null, pipelines: [PIPELINE] });
  await open(
    {
      settings: () => of.answer,
      airflow: () => STOPPED,
      pipelines: ({ query }) =>
        query?.project === 'work' ? slow.answer : { total: 1, unasked: null, pipelines: [PIPELINE] }
    },
    { project: 'work/reports' }
  );
  await said('1 pipeline');
  of.release();
  await settled();
  expect(panel.given('pipelines')?.query?.project).toBe('work');
  expect(panel.all('.nbf-Rows-row')).toHaveLength(1);
  expect(panel.monitor.project.airflow?.state).toBe('stopped');
  slow.release();
  await settled();
  expect(panel.all('.nbf-Rows-row')).toHaveLength(1);
});

test('what is not like the choice is gone once the choice is made', async () => {
  const slow = new Held({ runs: [], further: null, unasked: null });
  await open(
    {
      runs: ({ query }) =>
        query?.states === undefined ? { runs: [FAILED], further: null, unasked: null } : slow.answer
    },
    { list: 'runs' }
  );
  await said('failed');
  panel.monitor.go({ kind: 'success' });
  await said('Reading…');
  expect(panel.all('.nbf-Rows-row')).toEqual([]);
  slow.release();
  await said('No run is like this.');
});

test('what is listed stays while one types, and while it is looked at again', async () => {
  let away = false;
  const refuse = failing('unreachable', 'no answer');
  const slow = new Held({ total: 1, unasked: null, pipelines: [PIPELINE] });
  await open({
    pipelines: ({ query }) =>
      away
        ? refuse()
        : query?.contains === 'bo'
          ? slow.answer
          : { total: 1, unasked: null, pipelines: [PIPELINE] }
  });
  await said('1 pipeline');
  const rows = (): number => panel.all('.nbf-Rows-row').length;
  panel.monitor.go({ contains: 'bo' });
  await new Promise(resolve => setTimeout(resolve, 300));
  expect([panel.given('pipelines')?.query?.contains, rows()]).toEqual(['bo', 1]);
  slow.release();
  await settled();
  await panel.press('Runs');
  await panel.press('Pipelines');
  expect(rows()).toBe(1);
  away = true;
  panel.monitor.go({ contains: 'boo' });
  await said('Nothing can be told: no answer');
  expect(rows()).toBe(0);
});

test('why a pipeline is not known is not said of another', async () => {
  const slow = new Held(null);
  await open(
    {
      pipelines: async ({ query }) => {
        if (query?.dag_id === 'slow') {
          await slow.answer;
          failing('target', 'it is damaged')();
        }
        return { total: 1, unasked: null, pipelines: [PIPELINE] };
      }
    },
    { pipeline: 'slow' }
  );
  panel.monitor.go({ pipeline: 'book' });
  await said('version d1d1d1d1');
  slow.release();
  await settled();
  expect(panel.monitor.failure).toBeNull();
});

test('a pipeline of the same name in another project is looked at at once', async () => {
  await open(
    {
      pipelines: ({ query }) => {
        const digest = query?.project === 'other' ? 'e5e5e5e5e5' : PIPELINE.digest;
        return { total: 1, unasked: null, pipelines: [{ ...PIPELINE, digest }] };
      }
    },
    { pipeline: 'book' }
  );
  await said('version d1d1d1d1');
  panel.monitor.go({ project: 'other' });
  await settled();
  await settled();
  expect(panel.text).toContain('version e5e5e5e5');
});
