import { INSPECTED, STOPPED, failing, job, run } from './asked';
import { form, open, said, settled, show } from './openedForm';

afterEach(() => form.close());

test('what is not published yet is not said to run as published', async () => {
  await open();
  const there = (): [string, boolean] => {
    const option = form.field('Where it runs now').options[1];
    return [option?.text ?? '', option?.disabled ?? false];
  };
  expect(there()).toEqual(['in Airflow', true]);
  form.close();
  const published = { digest: 'd', by: 'ann', moment: null };
  await open({
    diff: () => ({ dag_id: 'book', changed: true, published, changes: [], cells: [] })
  });
  expect(there()).toEqual(['in Airflow, as published', false]);
});

test('the profile without a choice says whose it is', async () => {
  await open();
  const first = (label: string): string | undefined => form.field(label).options[0]?.text;
  expect(first('Profile of All steps')).toBe('project’s default: small');
  expect(first('Profile of fit')).toBe('as all steps: small');
});

test('a schedule is chosen with its time, and said in the metadata', async () => {
  await open();
  await form.fill('Schedule', 'weekdays');
  expect(form.chosen).toEqual({ schedule: '0 7 * * mon-fri' });
  await form.fill('Time zone', 'Europe/Berlin');
  expect(form.chosen).toMatchObject({ timezone: 'Europe/Berlin' });
  await said('Monday');
  await form.fill('Schedule', 'none');
  expect(form.chosen).toEqual({ timezone: 'Europe/Berlin' });
});

test('the reader’s time zone is offered where none is chosen, and nothing chosen for them', async () => {
  await open();
  await form.fill('Schedule', 'daily');
  expect(form.chosen).toEqual({ schedule: '0 7 * * *' });
  form.button('Use Europe/Berlin (yours)').click();
  await settled();
  expect(form.chosen).toEqual({ schedule: '0 7 * * *', timezone: 'Europe/Berlin' });
  expect(form.text).not.toContain('(yours)');
  await form.fill('Time zone', 'Asia/Tokyo');
  expect(form.text).not.toContain('(yours)');
});

test('who writes a cron expression goes on with it, though there are words for it', async () => {
  await open();
  const label = 'Cron expression: minute, hour, day, month, day of the week';
  await form.fill('Schedule', 'cron');
  expect(form.field(label).value).toBe('0 7 * * *');
  await form.fill(label, '5 8 * * *');
  expect(form.field(label).value).toBe('5 8 * * *');
  expect(form.chosen).toEqual({ schedule: '5 8 * * *' });
});

test('a profile that the team may not use cannot be chosen, and one of a tag stands there', async () => {
  const size = { cpu: null, memory: null, disk: null, gpu: null, image: null, allowed: true };
  const profiles = [
    { ...size, name: 'small', price: 0.5 },
    { ...size, name: 'large', price: null },
    { ...size, name: 'gpu', price: null, allowed: false }
  ];
  await open({ profiles: () => profiles }, { fit: ['profile:gpu', 'retries:2'] });
  const whole = form.field('Profile of All steps');
  expect([...whole.options].map(one => [one.value, one.disabled])).toEqual([
    ['', false],
    ['large', false],
    ['gpu', true]
  ]);
  await form.fill('Profile of load', 'large');
  expect(form.chosen).toEqual({ steps: { load: { profile: 'large' } } });
  expect(form.all('.nbf-Tagged').map(one => one.firstChild?.textContent)).toEqual([
    'profile:gpu',
    'retries:2'
  ]);
  expect(form.text).toContain('0.5 an hour');
});

test('a number is written as one, and an empty field is no choice', async () => {
  await open();
  await form.fill('Retries of All steps', '3');
  await form.fill('Timeout of fit, such as 30m or 2h', '30m');
  expect(form.chosen).toEqual({ retries: 3, steps: { fit: { timeout: '30m' } } });
  await form.fill('Retries of All steps', '');
  expect(form.chosen).toEqual({ steps: { fit: { timeout: '30m' } } });
});

test('a wrong value of a parameter is told at it, and nothing is run', async () => {
  await open();
  await form.fill('trees', '0');
  expect(form.about('trees')).toContain('At least 1.');
  expect(form.field('trees').getAttribute('aria-invalid')).toBe('true');
  expect(form.button('Run now').disabled).toBe(true);
  expect(form.button('Publish').disabled).toBe(false);
  form.button('default').click();
  await settled();
  expect(form.field('trees').value).toBe('10');
  expect(form.chosen).toBeUndefined();
});

test('without parameters it is said how a notebook comes by them', async () => {
  let candidate: string | null = 'c2';
  await open({
    inspect: () => ({ ...INSPECTED, parameters: [], parameters_candidate: candidate })
  });
  form.button('Make cell 2 the parameters cell').click();
  expect(form.gone).toEqual(['parameters c2']);
  expect(form.text).not.toContain('press E in it');
  candidate = null;
  form.draft.moved();
  await said('press E in it');
  expect(form.text).not.toContain('the parameters cell');
});

test('what is wrong shows at its field, and what is about code leads to its cell', async () => {
  const wrong = { severity: 'error', hint: 'mend it', line: null };
  const diagnostics = [
    { ...wrong, code: 'NB111', message: "metadata.nbflow.name 'a b' is no id", cell: null },
    { ...wrong, code: 'NB301', message: '`rows` is not defined', cell: 'c2' }
  ];
  await open({ inspect: () => ({ ...INSPECTED, ok: false, diagnostics }) });
  expect(form.about('Name')).toContain("'a b' is no id. Mend it");
  expect(form.button('Publish').disabled).toBe(true);
  form.button('Cell 2').click();
  form.button('Correct 2 errors first').click();
  expect(form.gone).toEqual(['c2', 'c2']);
});

test('what is to be corrected first is a click away, in the form, too', async () => {
  const wrong = { code: 'NB111', severity: 'error', hint: '', line: null, cell: null };
  const diagnostics = [{ ...wrong, message: "metadata.nbflow.name 'a b' is no id" }];
  await open({ inspect: () => ({ ...INSPECTED, ok: false, diagnostics }) });
  form.button('Correct one error first').click();
  expect(document.activeElement).toBe(form.field('Name'));
  form.close();
  await open();
  await form.fill('trees', '0');
  form.button('Correct one parameter to run it').click();
  expect(document.activeElement).toBe(form.field('trees'));
});

test('a notebook in which nothing is written yet is no fault', async () => {
  const nothing = {
    ...{ code: 'NB605', severity: 'error', message: 'no code to run' },
    cell: null
  };
  const diagnostics = [{ ...nothing, hint: 'Add a code cell.', line: null }];
  await open({ inspect: () => ({ ...INSPECTED, ok: false, steps: [], diagnostics }) });
  expect(form.text).toContain('no code to run');
  const { model } = form.draft.notebook;
  for (const cell of model.cells) {
    cell.sharedModel.setSource('');
  }
  await said('Write some code first');
  expect(form.text).not.toContain('no code to run');
  expect(form.all('.nbf-Cause')).toEqual([]);
  expect(form.button('Publish').disabled).toBe(true);
});

test('a notebook may be a team’s, of those that there are', async () => {
  const settings = { default_profile: 'small', channels: [], teams: ['churn'], airflow: STOPPED };
  await open({ settings: () => settings });
  await form.fill('Team', 'churn');
  expect(form.chosen).toEqual({ team: 'churn' });
  await form.fill('Team', '');
  expect(form.chosen).toBeUndefined();
});

test('who is told of a late run is told after so long', async () => {
  await open();
  const [, , late] = form.all('.nbf-Check input');
  late?.click();
  await settled();
  expect(form.chosen).toEqual({ notify: { late: { after: '2h', to: ['ops'] } } });
  await form.fill('Late after', '30m');
  expect(form.chosen).toEqual({ notify: { late: { after: '30m', to: ['ops'] } } });
  late?.click();
  await settled();
  expect(form.chosen).toBeUndefined();
});

test('the graph is there in words, too', async () => {
  await open();
  expect(form.all('.nbf-Graph-node')).toHaveLength(2);
  expect(form.all('ul.nbf-Hidden li').map(one => one.textContent)).toEqual([
    'load needs no other step',
    'fit needs load: variables rows'
  ]);
});

test('an edge says what passes on, and not the step that a tag names', async () => {
  const because = [
    { kind: 'declared', names: ['fit'] },
    { kind: 'variables', names: ['x', 'y'] }
  ];
  const steps = INSPECTED.steps.map(step =>
    step.name === 'fit' ? { ...step, needs: [{ step: 'load', because }] } : step
  );
  await open({ inspect: () => ({ ...INSPECTED, steps }) });
  expect(form.all('.nbf-Graph-edge text').map(one => one.textContent)).toEqual(['x, y']);
  expect(form.all('ul.nbf-Hidden li')[1]?.textContent).toBe(
    'fit needs load: declared; variables x, y'
  );
});

test('of a step whose cells are shown, their ids are not told', async () => {
  const cell = { cell: 'c2', index: 2, sort: 'changed', step: 'fit', stage: null, text: '' };
  const details = ['cell changed: c2', 'its cells come in another order'];
  const changes = [
    { part: 'steps', name: 'fit', sort: 'changed', details },
    { part: 'steps', name: 'load', sort: 'changed', details: ['cell changed: c1'] }
  ];
  const published = { digest: 'd', by: 'ann', moment: null };
  await open({
    diff: () => ({ dag_id: 'book', changed: true, published, changes, cells: [cell] })
  });
  const told = form.all('.nbf-Changes > li').map(one => one.textContent);
  expect(told.slice(0, 2)).toEqual([
    'steps fit: its cells come in another order',
    'steps load: cell changed: c1'
  ]);
  expect(told[2]).toContain('Cell 2 is changed');
});

test('without Airflow the form says what does not go, and starts it', async () => {
  let started = 0;
  await open({
    settings: () => ({ default_profile: 'small', channels: [], airflow: STOPPED }),
    airflow: () => STOPPED,
    airflowUp: () => job({ result: {}, id: `j${(started += 1)}` })
  });
  expect(form.all('.nbf-Reach')[0]?.textContent).toContain('The private Airflow does not run');
  expect(form.button('Publish').disabled).toBe(false);
  form.button('Start Airflow').click();
  await settled();
  expect(started).toBe(1);
});

test('a server that cannot be asked is told instead of a form', async () => {
  show({ inspect: failing('unreachable', 'Jupyter Server does not answer') });
  await said('Jupyter Server does not answer');
  expect(form.button('Publish').disabled).toBe(true);
});

test('what is live is told with its link, and what was refused can be forced', async () => {
  const result = {
    ...{ dag_id: 'book', live_after: 4.2, url: 'http://airflow/dags/book', review: null },
    ...{ changed: true, missing: null, paused: false, diagnostics: [] }
  };
  const hint = 'give it another name';
  const message = "book is another notebook's";
  const error = { code: 'target', message, hint, status: 409, forcible: true };
  await open({ publish: ({ body }) => job(body?.force === true ? { result } : { error }) });
  form.button('Publish').click();
  await said("book is another notebook's");
  form.button('Publish all the same').click();
  await said('Live in Airflow after 4.2 s');
  const link = form.all('.nbf-Answer a')[0] as HTMLAnchorElement;
  expect([link.href, link.rel]).toEqual(['http://airflow/dags/book', 'noopener noreferrer']);
  form.button('Close').click();
  await settled();
  expect(form.all('.nbf-Answer')).toEqual([]);
});

test('what is not published is not said to be paused', async () => {
  const result = { dag_id: 'book', live_after: 2, paused: true, review: null, missing: null };
  let published: unknown = { digest: 'd', by: 'ann', moment: null };
  await open({
    publish: () => job({ result }),
    diff: () => ({ dag_id: 'book', changed: true, published, changes: [], cells: [] })
  });
  form.button('Publish').click();
  await said('It is paused in Airflow: no run begins.');
  published = null;
  form.draft.renew();
  await said('It is not published yet.');
  expect(form.text).not.toContain('paused');
});

test('a version that somebody has not seen is told in a sentence, by the clock of the form', async () => {
  const unseen = { digest: '1f2e3d4c5b6a7988', by: 'ann', moment: '2020-11-28T16:05:00+00:00' };
  const message = "the DAG 'book' is now 1f2e3d4c5b6a7988, which you have not seen";
  const hint = '“Publish all the same” replaces it';
  const error = { code: 'target', message, hint, status: 502, forcible: true, unseen };
  await open({ publish: () => job({ error }) });
  form.button('Publish').click();
  await said('By now version 1f2e3d4c (Sat');
  await said('28 Nov 2020, 17:05 · ann) is published, which you have not seen. “Publish all');
  form.button('Publish all the same');
});

test('a run that failed leads to its cell, and shows in the graph', async () => {
  const failure = { code: 'step-failed', message: 'no', hint: null, status: 1, cell: 'c2' };
  const steps = [
    { name: 'fit', state: 'failed', cells_done: 0, cells_total: 1, failure: null, cached: null }
  ];
  const failed = run('failed', { failure, steps: steps as never });
  await open({ run: () => job({ result: failed }) });
  form.button('Run now').click();
  await said('The run failed');
  form.button('Show cell 2').click();
  expect(form.gone).toEqual(['c2']);
  expect(form.all('.nbf-Graph-node[data-state=failed]')).toHaveLength(1);
});

test.each([
  ['success', 'The run went well'],
  ['failed', 'The run failed'],
  ['cancelled', 'Cancelled']
] as const)('a run that is %s leads to all that is known of it', async (state, words) => {
  await open({ run: () => job({ result: run(state) }) });
  form.button('Run now').click();
  await said(words);
  form.button('Show the run').click();
  expect(form.shown).toEqual(['r1']);
});

test('a run is cancelled only by who says so twice', async () => {
  const cancelled: unknown[] = [];
  await open({
    run: () => job({ kind: 'run', run: run('running'), result: new Promise(() => undefined) }),
    cancelJob: ({ path }) => cancelled.push(path?.job_id)
  });
  form.agrees = false;
  form.button('Run now').click();
  await said('Cancel');
  form.button('Cancel').click();
  await settled();
  expect([form.questions, cancelled]).toEqual([['Cancel the run?'], []]);
  form.agrees = true;
  form.button('Cancel').click();
  await settled();
  expect(cancelled).toEqual(['j1']);
});

test('what would change is listed, with the code that does', async () => {
  const diff = {
    ...{ dag_id: 'book', changed: true, published: { digest: 'd', by: 'ann', moment: null } },
    changes: [{ part: 'schedule', name: '', sort: 'changed', details: ['@daily to @hourly'] }],
    cells: [
      { cell: 'c2', index: 2, sort: 'changed', text: '--- a\n-x\n+y', step: 'fit', stage: null }
    ]
  };
  await open({ diff: () => diff });
  expect(form.all('.nbf-Changes > li').map(one => one.dataset.sort)).toEqual([
    'changed',
    'changed'
  ]);
  expect(form.all('.nbf-Diff')[0]?.textContent).toBe('-x\n+y\n');
});
