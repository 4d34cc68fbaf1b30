import { INSPECTED, READY, STOPPED, failing, job, run, step } from './asked';
import { FAILED, PIPELINE, open, panel, said, settled } from './opened';

const DIFFERENCE = {
  ...{ dag_id: 'book', changed: true, digest: 'a1a1a1a1a1', cells: [], first_run: '' },
  changes: [{ part: 'steps', name: 'fit', sort: 'gone', details: [] }]
};

afterEach(() => panel.close());

test('a run says in which cell it failed, how long its steps take, and opens there', async () => {
  await open({}, { run: FAILED });
  await said('fit, cell 2: ValueError: no');
  expect(panel.text).toContain('usually 2 s');
  expect(panel.text).toContain('last time 4 s');
  expect(panel.text).toContain('Log of fit');
  await panel.press('Executed notebook');
  expect(panel.opened).toEqual(['r1 book c2']);
});

test('a debug notebook is put beside the notebook', async () => {
  await open({ debugNotebook: () => ({ name: 'book-debug', content: {} }) }, { run: FAILED });
  await said('Debug notebook');
  await panel.press('Debug notebook');
  expect(panel.given('debugNotebook')?.query).toMatchObject({ step: 'fit' });
  expect(panel.opened).toEqual(['work/book-debug']);
});

test('a run here is cancelled with its job, once somebody has agreed', async () => {
  const going = { ...FAILED, state: 'running' as const, ended: null };
  const jobs = [job({ id: 'other', run: run('running', { run_id: 'r2' }) }), job({ run: going })];
  await open({ getRun: () => going, jobs: () => jobs, cancelJob: () => job({}) }, { run: going });
  await said('Cancel');
  panel.agrees = false;
  await panel.press('Cancel');
  expect([panel.questions.length, panel.given('cancelJob')]).toEqual([1, undefined]);
  panel.agrees = true;
  await panel.press('Cancel');
  expect(panel.given('cancelJob')?.path).toEqual({ job_id: 'j1' });
});

test('what cannot be done is told with its reason, until it is seen', async () => {
  const going = { ...FAILED, state: 'running' as const, ended: null };
  await open({ getRun: () => going, jobs: () => [] }, { run: going });
  await said('Cancel');
  await panel.press('Cancel');
  await said('It was not started by this server');
  await panel.press('Close');
  expect(panel.text).not.toContain('It was not started by this server');
});

test('a cancelled run says at which step it was, and no command to type', async () => {
  const steps = [step('load', 'success'), step('fit', 'cancelled')];
  const failure = { code: 'run-ended', message: 'was cancelled', hint: '`nbflow run NB --resume`' };
  const cancelled = { ...FAILED, state: 'cancelled', steps, failure } as unknown as typeof FAILED;
  await open({ getRun: () => cancelled }, { run: FAILED });
  await said('It was cancelled while it was at fit');
  expect(panel.text).not.toContain('nbflow run');
  expect(panel.all('.nbf-Cause')).toEqual([]);
});

test('a banner says that Airflow is away, and the run stays', async () => {
  const away = { ...FAILED, here: false, url: 'http://airflow/r1', state: 'running' as const };
  let found: typeof FAILED = away;
  let airflow: unknown = READY;
  await open(
    { getRun: () => found, settings: () => ({ airflow }), airflow: () => airflow },
    { run: away }
  );
  await said('ValueError');
  airflow = STOPPED;
  found = { ...away, state: 'failed', steps: [], url: null };
  await panel.monitor.look();
  await said('the run is shown as it was known last');
  expect(panel.text).toContain('ValueError');
  expect(panel.all('.nbf-Panel-head .nbf-State')[0]?.dataset.state).toBe('running');
});

test('the log of a step stands below the steps, and comes in sight when one is pressed', async () => {
  const line = (text: string, level: string | null) => ({ step: 'load', level, text });
  const many = Array.from({ length: 450 }, (_, index) => line(`line ${index}`, null));
  const shown = jest.fn();
  HTMLElement.prototype.scrollIntoView = shown;
  await open(
    {
      logs: ({ query }) =>
        query?.after === 0 && query.step === 'load'
          ? { lines: [...many, line('\u001b[31mbad', 'stderr')], next: 451, finished: true }
          : { lines: [], next: 451, finished: true }
    },
    { run: FAILED }
  );
  await said('Log of fit');
  expect(shown).not.toHaveBeenCalled();
  await panel.press('load');
  await said('line 449');
  expect(shown.mock.contexts[0]).toBe(panel.all('[aria-label="Log of load"]')[0]);
  expect(panel.all('.nbf-Log')[0]?.textContent.split('\n')).toHaveLength(452);
  expect(panel.all('.nbf-Log [data-level=error]')[0]?.textContent).toBe('bad\n');
  expect(panel.all('section')[1]?.getAttribute('aria-label')).toBe('Log of load');
});

test('what is written at once in several lines is shown in several', async () => {
  const text = 'Task failed\r\nTraceback:\n  File "x.py", line 3\n\u001b[31mValueError: no\n\n';
  const lines = [
    { step: 'fit', level: 'error', text },
    { step: 'fit', level: null, text: 'after it' }
  ];
  await open(
    { logs: ({ query }) => ({ lines: query?.after === 0 ? lines : [], next: 2, finished: true }) },
    { run: FAILED }
  );
  await said('after it');
  expect(panel.all('.nbf-Log')[0]?.textContent.split('\n')).toEqual([
    ...['Task failed', 'Traceback:', '  File "x.py", line 3', 'ValueError: no', 'after it', '']
  ]);
});

test.each([
  [{ started: null, ended: null, state: 'queued' as const }, /^in Airflow$/],
  [{ state: 'success' as const }, /^in Airflow · .*16:00 · 9 s$/]
])(
  'where a run is, and since when and how long as far as that is known: %j',
  async (more, about) => {
    const found = { ...FAILED, here: false, url: 'x', steps: [], ...more };
    await open({ getRun: () => found }, { run: found });
    await said('r1');
    expect(panel.all('p.nbf-Panel-about')[0]?.textContent.replace(/r1$/, '')).toMatch(about);
  }
);

test('of a run that waits because its pipeline is paused that is said, with the way out', async () => {
  let paused = true;
  const queued = { ...step('load', 'queued'), started: null };
  const waits = { ...FAILED, state: 'queued' as const, here: false, url: 'x', steps: [queued] };
  await open(
    {
      getRun: () => waits,
      pipelines: () => ({ total: 1, unasked: null, pipelines: [{ ...PIPELINE, paused }] }),
      unpause: () => {
        paused = false;
        return { dag_id: 'book', paused };
      }
    },
    { run: waits }
  );
  await said('Airflow has paused book: no step begins.');
  expect(panel.given('pipelines')?.query).toMatchObject({ project: 'work', dag_id: 'book' });
  await panel.press('Unpause');
  await settled();
  expect(panel.given('unpause')?.path).toEqual({ dag_id: 'book' });
  expect(panel.text).not.toContain('has paused');
});

test.each([{ here: true }, { state: 'success' as const }])(
  'of a run that Airflow does not hold back nothing is said about pausing: %j',
  async more => {
    const queued = { ...step('load', 'queued'), started: null };
    const found = { ...FAILED, state: 'queued' as const, here: false, steps: [queued], ...more };
    const pipelines = [{ ...PIPELINE, paused: true }];
    await open(
      {
        getRun: () => found,
        pipelines: () => ({ total: 1, unasked: null, pipelines })
      },
      { run: found }
    );
    await said('1 of 2 cells');
    await panel.monitor.look();
    await settled();
    expect(panel.text).not.toContain('has paused');
  }
);

test('a run is watched and not any more', async () => {
  await open({ getRun: () => ({ ...FAILED, state: 'running', ended: null }) }, { run: FAILED });
  await said('Watch');
  await panel.press('Watch');
  expect(panel.button('Watching').getAttribute('aria-pressed')).toBe('true');
  await panel.press('Watching');
  expect(panel.watch.all).toEqual([]);
  expect(panel.button('Watch').getAttribute('aria-pressed')).toBe('false');
});

test('what waits for a person is answered', async () => {
  const waits = step('good', 'running', { note: 'waits for a person: `nbflow approve`' });
  const asked = { ...FAILED, state: 'running' as const, here: false, steps: [waits] };
  await open({ getRun: () => asked, approve: () => ({ stage: 'good' }) }, { run: asked });
  await said('Approve');
  await panel.press('Refuse');
  expect(panel.given('approve')?.body).toEqual({ stage: 'good', approved: false });
});

test('a pipeline runs with other parameters, and the run is shown and watched', async () => {
  await open(
    {
      parameters: () => INSPECTED.parameters,
      getRun: () => ({ ...FAILED, run_id: 'r9', state: 'running', ended: null }),
      trigger: () => ({ run: { ...FAILED, run_id: 'r9', state: 'queued' }, paused: false })
    },
    { pipeline: 'book' }
  );
  await said('Run now');
  await panel.press('Run now');
  await said('in the forest');
  const field = panel.all('.nbf-Start input')[0] as HTMLInputElement;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, '25');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  await settled();
  await panel.press('Start');
  expect(panel.given('trigger')?.body).toEqual({ parameters: { trees: 25 } });
  expect(panel.monitor.place.run).toMatchObject({ run_id: 'r9' });
  expect(panel.watch.all).toMatchObject([{ run_id: 'r9', before: null }]);
  expect(panel.followed).toEqual([['r9', null]]);
});

test('a run is repeated with the values that it had', async () => {
  await open({ inspect: () => INSPECTED }, { run: FAILED });
  await said('Run again');
  await panel.press('Run again');
  await said('in the forest');
  expect((panel.all('.nbf-Start input')[0] as HTMLInputElement).value).toBe('7');
});

test('a run in Airflow of what is not published any longer is repeated here', async () => {
  const away = { ...FAILED, here: false };
  await open(
    {
      ...{ getRun: () => away, inspect: () => INSPECTED, airflow: () => READY },
      parameters: failing('remote', 'Airflow has no DAG book'),
      run: () => job({ kind: 'run', run: run('running') })
    },
    { run: away }
  );
  await said('Run again');
  await panel.press('Run again');
  await said('It runs here, as the notebook is saved: Airflow has no DAG book.');
  await said('in the forest');
  expect(panel.all('.nbf-Start select')).toEqual([]);
  await panel.press('Start');
  expect(panel.given('run')?.body).toMatchObject({ path: 'work/book.ipynb' });
});

test('who unpublishes is asked, and asked again while runs go', async () => {
  const hint = 'or unpublish it all the same';
  const message = 'its runs still go';
  const error = { code: 'target', message, hint, status: 502, forcible: true };
  await open(
    { unpublish: ({ body }) => job(body?.force === true ? { result: {} } : { error }) },
    { pipeline: 'book' }
  );
  await said('Unpublish');
  await panel.press('Unpublish');
  await said('its runs still go');
  await panel.press('Unpublish all the same');
  await settled();
  expect(panel.questions.map(one => one.title)).toEqual([
    'Unpublish book?',
    'Unpublish book while it runs?'
  ]);
  expect(panel.monitor.place.pipeline).toBeNull();
  expect(panel.told).toEqual([['unpublished', 'book']]);
});

test('an earlier version is gone back to, once somebody has agreed', async () => {
  const version = { by: 'ann', moment: null, action: 'publish', kept: true };
  const versions = [
    { ...version, digest: 'a1a1a1a1a1' },
    { ...version, digest: 'b2b2b2b2b2', kept: false },
    { ...version, digest: PIPELINE.digest }
  ];
  await open(
    {
      pipeline: () => ({ dag_id: 'book', digest: PIPELINE.digest, versions }),
      diffBack: () => DIFFERENCE,
      rollBack: () => job({ result: {} })
    },
    { pipeline: 'book' }
  );
  await said('Roll back');
  await panel.press('Roll back');
  await said('current');
  expect(panel.all('.nbf-Versions li')).toHaveLength(2);
  await panel.press('Go back to it');
  await settled();
  expect(panel.given('diffBack')).toEqual({
    path: { dag_id: 'book' },
    query: { project: 'work', digest: 'a1a1a1a1a1' }
  });
  expect(panel.questions.map(one => one.difference)).toEqual([DIFFERENCE]);
  expect(panel.questions[0]?.body).toBe(
    'Runs that begin from now on are of the version a1a1a1a1 (ann).'
  );
  expect(panel.given('rollBack')?.body).toEqual({ digest: 'a1a1a1a1a1' });
  expect(panel.told).toEqual([['rolledBack', 'book']]);
  await said('Rolled back to a1a1a1a1 (ann)');
});

test('nothing is rolled back where what would change is seen and not wanted, or is not known', async () => {
  const version = { by: 'ann', moment: null, action: 'publish', kept: true };
  const versions = [
    { ...version, digest: 'a1a1a1a1a1' },
    { ...version, digest: PIPELINE.digest }
  ];
  let known = true;
  await open(
    {
      pipeline: () => ({ dag_id: 'book', digest: PIPELINE.digest, versions }),
      diffBack: () => (known ? DIFFERENCE : failing('target', 'it is damaged')())
    },
    { pipeline: 'book' }
  );
  panel.agrees = false;
  await said('Roll back');
  await panel.press('Roll back');
  await said('current');
  for (const compared of [true, false]) {
    known = compared;
    await panel.press('Go back to it');
    await settled();
  }
  expect(panel.questions.map(one => one.difference)).toEqual([DIFFERENCE, undefined]);
  expect(panel.questions[1]?.body).toContain('What changes is not known: it is damaged');
  expect(panel.given('rollBack')).toBeUndefined();
});

test('a pipeline is paused, and let run again', async () => {
  let paused = false;
  await open(
    {
      pipelines: () => ({ total: 1, unasked: null, pipelines: [{ ...PIPELINE, paused }] }),
      pause: () => ({ changed: (paused = true) }),
      unpause: () => ({ changed: !(paused = false) })
    },
    { pipeline: 'book' }
  );
  await said('Pause');
  await panel.press('Pause');
  await said('paused');
  await panel.press('Unpause');
  await said('next');
});
