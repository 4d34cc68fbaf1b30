import { FAILED, PIPELINE, open, panel, said, settled } from './opened';
import { INSPECTED, failing, job } from './asked';
import { Held } from './held';

afterEach(() => panel.close());

/** Press a key where the keyboard is. */
async function type(key: string, at: Element | null = document.activeElement): Promise<void> {
  at?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  await settled();
}

function region(): Element | null {
  return document.querySelector('.nbf-Panel');
}

test('the keyboard stays in the panel from page to page, and Escape leads back', async () => {
  await open();
  await said('1 pipeline');
  panel.all('.nbf-Rows')[0]?.focus();
  await type('Enter');
  await said('version d1d1d1d1');
  expect(document.activeElement).toBe(region());
  panel.all('.nbf-Rows')[0]?.focus();
  await type('Enter');
  await said('Log of fit');
  expect(document.activeElement).toBe(region());
  await type('Escape');
  expect(panel.monitor.place).toMatchObject({ run: null, pipeline: 'book' });
  await type('Escape');
  expect(panel.monitor.place.pipeline).toBeNull();
  await type('Escape');
  expect(document.activeElement).toBe(region());
});

test('who is elsewhere stays there while the panel turns to another page', async () => {
  await open();
  await said('1 pipeline');
  panel.all('.nbf-Rows')[0]?.focus();
  document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  (document.activeElement as HTMLElement).blur();
  panel.monitor.go({ pipeline: 'book' });
  await said('version d1d1d1d1');
  expect(document.activeElement).toBe(document.body);
});

test('the keyboard comes back to a button that does something, and Escape leads back', async () => {
  let done = (): void => undefined;
  const pausing = new Promise<void>(resolve => (done = resolve));
  await open({ pause: () => pausing }, { pipeline: 'book' });
  await said('version d1d1d1d1');
  const pause = panel.button('Pause');
  pause.focus();
  pause.click();
  await said('Pausing…');
  expect(document.activeElement).toBe(region());
  done();
  await settled();
  expect(document.activeElement).toBe(pause);
  await type('Escape');
  expect(panel.monitor.place.pipeline).toBeNull();
  expect(document.activeElement).toBe(region());
});

test('Escape in a field is the field’s', async () => {
  await open({}, { pipeline: 'book' });
  await said('version d1d1d1d1');
  await type('Escape', panel.field('Which runs'));
  expect(panel.monitor.place.pipeline).toBe('book');
});

test.each([
  ['pipelines' as const, 'book'],
  ['runs' as const, null]
])('a run that one came to from elsewhere leads back: %s', async (list, pipeline) => {
  await open({}, { list, run: FAILED });
  await said('Log of fit');
  panel.field('Back').click();
  expect(panel.monitor.place).toMatchObject({ run: null, pipeline });
});

test('of a run of what is not published its other runs are shown', async () => {
  await open({ pipelines: () => ({ total: 0, unasked: null, pipelines: [] }) }, { run: FAILED });
  await said('Log of fit');
  panel.field('Back').click();
  await said('It is not published.');
  expect(panel.all('.nbf-Rows-row')).toHaveLength(1);
});

test('what was done is told on the page where it was done, and no other', async () => {
  const other = { ...PIPELINE, dag_id: 'other', latest: FAILED };
  await open(
    {
      pipelines: ({ query }) => ({
        ...{ total: 1, unasked: null },
        pipelines: [query?.dag_id === 'other' ? other : { ...PIPELINE, latest: FAILED }]
      }),
      pause: failing('remote', 'Airflow says no')
    },
    { pipeline: 'book' }
  );
  await said('Pause');
  await panel.press('Pause');
  await said('It is not paused');
  panel.monitor.go({ kind: 'failed' });
  await said('It is not paused');
  panel.monitor.go({ pipeline: 'other' });
  await settled();
  expect(panel.text).not.toContain('It is not paused');
});

test('what is unpublished is told in the list that one comes to, and not beyond', async () => {
  await open({ unpublish: () => job({ state: 'success' }) }, { pipeline: 'book' });
  await said('Unpublish');
  await panel.press('Unpublish');
  await said('book is unpublished');
  expect(panel.monitor.place.pipeline).toBeNull();
  await panel.press('Runs');
  expect(panel.text).not.toContain('book is unpublished');
});

test('what is typed for one run is not given to another, and comes not back', async () => {
  const other = { ...FAILED, run_id: 'r2', parameters: { trees: 9 } };
  await open(
    {
      inspect: () => INSPECTED,
      runs: () => ({ runs: [FAILED, other], further: null, unasked: null }),
      getRun: ({ path }) => (path?.run_id === 'r2' ? other : FAILED)
    },
    { list: 'runs' }
  );
  await said('failed');
  panel.monitor.go({ run: FAILED });
  await said('Run again');
  await panel.press('Run again');
  await said('in the forest');
  await panel.fill('trees', '777');
  panel.monitor.go({ run: { dag_id: 'book', run_id: 'r2' } });
  await settled();
  expect(panel.all('.nbf-Start')).toEqual([]);
  await said('Run again');
  await panel.press('Run again');
  await said('in the forest');
  expect(panel.field('trees').value).toBe('9');
});

test('what is typed for a run stays while it is shown, also where it is shown again', async () => {
  await open({ inspect: () => INSPECTED }, { pipeline: 'book', run: FAILED });
  await said('Run again');
  await panel.press('Run again');
  await said('in the forest');
  await panel.fill('trees', '777');
  await panel.monitor.look();
  panel.monitor.go({ pipeline: null, run: FAILED });
  await settled();
  expect(panel.field('trees').value).toBe('777');
});

test('versions of one pipeline are not offered for another', async () => {
  const version = { by: 'ann', moment: null, action: 'publish', kept: true, digest: 'a1a1a1a1a1' };
  const slow = new Held({ dag_id: 'other', digest: 'e5', versions: [] });
  await open(
    {
      pipelines: ({ query }) => ({
        ...{ total: 2, unasked: null },
        pipelines: ['book', 'other']
          .filter(dag_id => (query?.dag_id ?? dag_id) === dag_id)
          .map(dag_id => ({ ...PIPELINE, dag_id }))
      }),
      pipeline: ({ path }) =>
        path?.dag_id === 'other'
          ? slow.answer
          : { dag_id: 'book', digest: PIPELINE.digest, versions: [version] }
    },
    {}
  );
  await said('2 pipelines');
  panel.monitor.go({ pipeline: 'book' });
  await settled();
  await panel.press('Roll back');
  await said('Go back to it');
  panel.monitor.go({ pipeline: 'other' });
  await settled();
  expect(panel.text).not.toContain('Go back to it');
});
