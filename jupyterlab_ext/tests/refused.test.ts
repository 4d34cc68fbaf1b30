import type { Run } from '../src/generated/answers';
import { failing, job, run } from './asked';
import type { Answers } from './asked';
import { form, open, said, settled } from './openedForm';

afterEach(() => form.close());

const away = failing('unreachable', 'Airflow does not answer', 'try again later');

/** What is compared with, of a notebook that is published. */
const DIFFERENCE = {
  ...{ dag_id: 'book', changed: false, changes: [], cells: [] },
  published: { digest: 'd', by: 'ann', moment: null }
};

/** Open a form whose run in Airflow goes on for as long as it is looked at. */
async function going(paused: boolean, answers: Answers): Promise<{ begun: () => number }> {
  let count = 0;
  const there = (): unknown => run('queued', { here: false, run_id: `r${count}`, url: 'x' });
  const trigger = (): unknown => {
    count += 1;
    return { run: there(), paused };
  };
  await open({ trigger, getRun: there, diff: () => DIFFERENCE, ...answers });
  void form.errand.trigger('book', {});
  await said('Running in Airflow');
  return { begun: () => count };
}

test('a run that cannot be unpaused goes on to be followed, and no other one begins', async () => {
  const { begun } = await going(true, { unpause: away });
  form.button('Unpause').click();
  await said('Airflow does not answer. Try again later');
  expect(form.text).toContain('It is still paused');
  expect(form.text).toContain('Running in Airflow');
  expect([form.errand.busy, form.errand.canCancel]).toEqual([true, true]);
  await form.errand.trigger('book', {});
  expect([begun(), form.errand.now?.run?.run_id]).toEqual([1, 'r1']);
});

test('that its pipeline is paused is said of a run that goes, and no more once it has ended', async () => {
  let state: Run['state'] = 'running';
  const there = (): unknown => run(state, { here: false, run_id: 'r1', url: 'x' });
  await going(false, { getRun: there });
  form.errand.heed({ what: 'paused', dag: 'book' });
  await said('It is paused: no further step begins until it is unpaused.');
  expect(form.button('Unpause').disabled).toBe(false);
  state = 'success';
  while (form.errand.busy) {
    await settled();
  }
  await said('went well');
  expect(form.text).not.toContain('paused');
});

test('a run on the server’s machine goes on whatever is paused in Airflow', async () => {
  const result = new Promise(() => undefined);
  await open({
    run: () => job({ kind: 'run', run: run('running'), result }),
    diff: () => DIFFERENCE
  });
  void form.errand.run({});
  await said('Show the run');
  form.errand.heed({ what: 'paused', dag: 'book' });
  await settled();
  expect(form.errand.now).toMatchObject({ state: 'going', paused: true });
  expect(form.text).not.toContain('paused');
});

test('what was published stays so where it cannot be unpaused, until it can', async () => {
  let refused = true;
  const published = { dag_id: 'book', live_after: 2, review: null, url: null, missing: null };
  await open({
    publish: () => job({ result: { ...published, paused: true } }),
    diff: () => DIFFERENCE,
    unpause: () => (refused ? away() : { changed: true })
  });
  await form.errand.publish();
  await said('Live in Airflow');
  form.button('Unpause').click();
  await said('Airflow does not answer');
  expect(form.text).toContain('Live in Airflow');
  refused = false;
  form.button('Unpause').click();
  await settled();
  expect(form.errand.now).toMatchObject({ state: 'done', published: { paused: false } });
  expect(form.text).not.toContain('Airflow does not answer');
});

test('a cancellation that fails is told, and can be asked for again', async () => {
  let refused = true;
  let asked = 0;
  await going(false, {
    cancelRun: () => {
      asked += 1;
      return refused ? away() : { changed: true };
    }
  });
  form.button('Cancel').click();
  await said('It was not cancelled');
  expect(form.text).toContain('Airflow does not answer. Try again later');
  expect(form.errand.now).toMatchObject({ state: 'going', failure: null });
  refused = false;
  form.button('Cancel').click();
  await settled();
  expect(asked).toBe(2);
  expect(form.text).not.toContain('It was not cancelled');
});

test('a cancellation that failed is said no more once the run has ended', async () => {
  let end: (found: unknown) => void = () => undefined;
  const result = new Promise(resolve => (end = resolve));
  await open({
    run: () => job({ kind: 'run', run: run('running'), result }),
    cancelJob: away
  });
  form.button('Run now').click();
  await said('Cancel');
  form.button('Cancel').click();
  await said('It was not cancelled');
  end(run('success'));
  await said('The run went well');
  expect(form.text).not.toContain('It was not cancelled');
});
