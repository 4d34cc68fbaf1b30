import { STOPPED, READY, failing, step } from './asked';
import { FAILED, open, panel, said, settled } from './opened';

afterEach(() => panel.close());

test('while Airflow is away its log stays, and it is said that nothing more is read', async () => {
  const steps = [step('load', 'success'), step('fit', 'running')];
  const going = { ...FAILED, here: false, url: 'http://airflow/r1', state: 'running' as const };
  let found: typeof FAILED = { ...going, steps };
  let airflow: unknown = READY;
  let reads = 0;
  await open(
    {
      getRun: () => found,
      settings: () => ({ airflow }),
      airflow: () => airflow,
      logs: ({ query }) => {
        reads++;
        const lines = query?.after === 0 ? [{ step: 'fit', level: null, text: 'fitting' }] : [];
        return { lines, next: 1, finished: false };
      }
    },
    { run: FAILED }
  );
  await said('fitting');
  airflow = STOPPED;
  found = { ...going, state: 'failed', steps: [], url: null };
  const before = reads;
  await panel.monitor.look();
  await said('Airflow is not in reach: the log cannot be read on.');
  expect(panel.text).toContain('fitting');
  await panel.press('load');
  await said('Log of load');
  expect(panel.text).toContain('the log cannot be read on');
  expect(panel.text).not.toContain('Reading…');
  expect(reads).toBe(before);
  airflow = READY;
  found = { ...going, steps };
  await panel.monitor.look();
  await settled();
  expect(panel.text).not.toContain('cannot be read on');
  expect(reads).toBeGreaterThan(before);
});

test('why a log cannot be read is said alone, and not that it is empty, too', async () => {
  await open({ logs: failing('remote', 'no Airflow is running') }, { run: FAILED });
  await said('no Airflow is running');
  expect(panel.text).not.toContain('It has written nothing');
});
