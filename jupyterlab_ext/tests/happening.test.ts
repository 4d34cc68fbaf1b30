import type { Published } from '../src/generated/answers';
import { Errand } from '../src/schedule/errand';
import { book, job, run, server } from './asked';

/** A form's errand that has published `book`. */
async function published(): Promise<Errand> {
  const result = { dag_id: 'book', live_after: 2, paused: false } as Published;
  const { client } = server({ publish: () => job({ result, ended: 'x' }) });
  const errand = new Errand(book(), client);
  await errand.publish();
  expect(errand.now?.published?.dag_id).toBe('book');
  return errand;
}

test.each(['unpublished', 'rolledBack', 'published'] as const)(
  'that it is live is said no more once it is %s elsewhere',
  async what => {
    const errand = await published();
    errand.heed({ what, dag: 'other' });
    expect(errand.now).not.toBeNull();
    errand.heed({ what, dag: 'book' });
    expect(errand.now).toBeNull();
    errand.dispose();
  }
);

test('that Airflow has paused it is said as long as it has', async () => {
  const errand = await published();
  const said = (): unknown[] => [errand.now?.paused, errand.now?.published?.paused];
  errand.heed({ what: 'paused', dag: 'book' });
  expect(said()).toEqual([true, true]);
  errand.heed({ what: 'unpaused', dag: 'book' });
  expect(said()).toEqual([false, false]);
  errand.dispose();
});

test('what became of a run is said until its pipeline runs again', async () => {
  const { client } = server({ run: () => job({ kind: 'run', result: run('success') }) });
  const errand = new Errand(book(), client);
  await errand.run({});
  errand.heed({ what: 'unpublished', dag: 'book' });
  expect(errand.now?.run?.state).toBe('success');
  errand.heed({ what: 'ran', dag: 'book' });
  expect(errand.now).toBeNull();
  errand.dispose();
});

test('a run that was held back is not said to be once its pipeline is not published', async () => {
  const begun = { run: run('queued'), paused: true };
  const { client } = server({ trigger: () => begun });
  const errand = new Errand(book(), client);
  void errand.trigger('book', {});
  await new Promise(resolve => setTimeout(resolve, 5));
  expect(errand.now).toMatchObject({ state: 'going', paused: true });
  errand.heed({ what: 'unpublished', dag: 'book' });
  expect(errand.now).toMatchObject({ state: 'going', paused: false });
  errand.dispose();
});
