import { folderOf } from '../src/parts/folders';
import { Draft } from '../src/schedule/draft';
import { Errand } from '../src/schedule/errand';
import type { Progress } from '../src/schedule/progress';
import { READY, STOPPED, INSPECTED, book, failing, job, run, server, step } from './asked';
import type { Answers, Given } from './asked';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const soon = (): Promise<void> => jest.advanceTimersByTimeAsync(2000);

async function drafted(answers: Answers = {}): Promise<{
  draft: Draft;
  counted: (name: string) => number;
  asked: [string, Given][];
}> {
  const { client, asked } = server(answers);
  const draft = new Draft(book(), client);
  await soon();
  return { draft, asked, counted: name => asked.filter(([one]) => one === name).length };
}

test.each([
  ['work/book.ipynb', 'work'],
  ['a/b/book.ipynb', 'a/b'],
  ['book.ipynb', '']
])('the folder of %s is "%s"', (path, folder) => {
  expect(folderOf(path)).toBe(folder);
});

test('a form is filled with what the notebook means, and what its project offers', async () => {
  const { draft, asked } = await drafted();
  expect(draft.meant?.steps.map(step => step.name)).toEqual(['load', 'fit']);
  expect(draft.difference.found?.published).toBeNull();
  expect(draft.project.profile('gpu')?.allowed).toBe(false);
  expect(asked.find(([name]) => name === 'profiles')?.[1]).toEqual({
    query: { project: 'work', team: 'churn' }
  });
  expect(draft.notebook.model.sharedModel.getMetadata('nbflow')).toBeUndefined();
});

test('the next times are asked for while one types, for what was typed last', async () => {
  const { draft, asked } = await drafted();
  expect(asked.filter(([name]) => name === 'nextRuns')).toEqual([]);
  for (const schedule of ['0', '0 7', '0 7 * * *']) {
    draft.choices.choose(['schedule'], schedule);
    await jest.advanceTimersByTimeAsync(50);
  }
  await soon();
  const queries = asked.flatMap(([name, given]) => (name === 'nextRuns' ? [given.query] : []));
  expect(queries).toEqual([{ schedule: '0 7 * * *', timezone: 'UTC', count: 5 }]);
  draft.choices.choose(['schedule'], undefined);
  await soon();
  expect(draft.coming.found).toBeNull();
});

describe('the next times of a form that stays open', () => {
  const HOUR = 3_600_000;

  /** A form with a schedule, whose first run is so far away. */
  async function scheduled(away: number): Promise<Awaited<ReturnType<typeof drafted>>> {
    const found = await drafted({
      nextRuns: () => ({ times: [new Date(Date.now() + away).toISOString()] })
    });
    found.draft.choices.choose(['schedule'], '0 7 * * *');
    await soon();
    expect(found.counted('nextRuns')).toBe(1);
    return found;
  }

  test('are those of the moment at which one comes back to it', async () => {
    const { draft, counted } = await scheduled(12 * HOUR);
    draft.renew();
    await soon();
    expect(counted('nextRuns')).toBe(2);
  });

  test('are asked for again when the first of them is over', async () => {
    const { draft, counted } = await scheduled(HOUR);
    const [before] = draft.coming.found?.times ?? [];
    await jest.advanceTimersByTimeAsync(HOUR);
    expect(counted('nextRuns')).toBe(2);
    expect(draft.coming.found?.times[0]).not.toBe(before);
    draft.dispose();
    await jest.advanceTimersByTimeAsync(2 * HOUR);
    expect(counted('nextRuns')).toBe(2);
  });

  test.each([
    ['over by the clock of the browser', -HOUR],
    ['months away', 2400 * HOUR]
  ])('are not asked for again and again where the first of them is %s', async (_, away) => {
    const { counted } = await scheduled(away);
    await jest.advanceTimersByTimeAsync(50_000);
    expect(counted('nextRuns')).toBe(1);
  });
});

test('however often one comes back to a form, no question is asked before it is answered', async () => {
  const never = (): unknown => new Promise(() => undefined);
  const answers: Answers = {};
  const { draft, counted } = await drafted(answers);
  draft.choices.choose(['schedule'], '0 7 * * *');
  await soon();
  const before = [counted('diff'), counted('nextRuns')];
  Object.assign(answers, { diff: never, nextRuns: never });
  for (let times = 0; times < 8; times++) {
    draft.renew();
    await soon();
  }
  expect([counted('diff'), counted('nextRuns')]).toEqual(before.map(count => count + 1));
});

test('a choice has the notebook looked at, and compared, as it would be saved', async () => {
  const { draft, asked, counted } = await drafted();
  draft.choices.choose(['retries'], 3);
  await soon();
  expect([counted('inspect'), counted('diff'), counted('preflight')]).toEqual([2, 2, 2]);
  const [, given] = asked.filter(([name]) => name === 'diff').at(-1) ?? [];
  expect(given).toMatchObject({
    body: { path: 'work/book.ipynb', content: { metadata: { nbflow: { retries: 3 } } } }
  });
});

test('what is compared is what was understood, however fast one takes a choice back', async () => {
  const { draft, asked } = await drafted();
  draft.choices.choose(['retries'], 3);
  await jest.advanceTimersByTimeAsync(450); // it is understood, and about to be compared
  draft.choices.choose(['retries'], 4);
  await jest.advanceTimersByTimeAsync(200);
  draft.choices.choose(['retries'], 3);
  await soon();
  for (const name of ['diff', 'preflight']) {
    const [, given] = asked.filter(([one]) => one === name).at(-1) ?? [];
    expect(given).toMatchObject({ body: { content: { metadata: { nbflow: { retries: 3 } } } } });
  }
});

test('a notebook that is renamed is looked at again, under its new name', async () => {
  const inspect = ({ body }: Given): unknown => ({ ...INSPECTED, name: body?.path });
  const { draft, asked } = await drafted({ inspect });
  Object.assign(draft.notebook, { path: () => 'other/new.ipynb' });
  draft.moved();
  await soon();
  expect(draft.meant?.name).toBe('other/new.ipynb');
  const about = (name: string): Given | undefined =>
    asked.filter(([one]) => one === name).at(-1)?.[1];
  expect(about('diff')).toMatchObject({ body: { path: 'other/new.ipynb' } });
  expect(about('profiles')).toMatchObject({ query: { project: 'other' } });
});

test('what has errors is not compared, and the form keeps what was understood last', async () => {
  let wrong = false;
  const inspect = (): unknown => (wrong ? { ...INSPECTED, ok: false } : INSPECTED);
  const { draft, counted } = await drafted({ inspect });
  wrong = true;
  draft.choices.choose(['name'], 'a b');
  await soon();
  expect(counted('diff')).toBe(1);
  expect(draft.difference.found).toBeNull();
  expect(draft.meant?.steps).toHaveLength(2);
});

test('where the notebook cannot be looked at, the project is known all the same', async () => {
  const { draft } = await drafted({ inspect: failing('notebook', 'it is broken') });
  expect(draft.inspection.failure?.message).toBe('it is broken');
  expect(draft.project.airflow?.state).toBe('ready');
});

test('an Airflow that is not there is looked at until it is', async () => {
  let up = false;
  const { draft, counted } = await drafted({
    settings: () => ({ default_profile: 'small', channels: [], airflow: STOPPED }),
    airflow: () => (up ? READY : STOPPED)
  });
  expect(draft.project.airflow?.state).toBe('stopped');
  up = true;
  await jest.advanceTimersByTimeAsync(30_000);
  expect(draft.project.airflow?.state).toBe('ready');
  const before = counted('airflow');
  await jest.advanceTimersByTimeAsync(300_000);
  expect(counted('airflow')).toBe(before);
});

test('a closed form asks nothing, and follows its notebook no more', async () => {
  const { draft, asked } = await drafted();
  const before = asked.length;
  draft.dispose();
  draft.notebook.model.sharedModel.setMetadata('nbflow', { name: 'late' });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(before);
});

/** What is told of a run in an Airflow that is in reach. */
const THERE = { url: 'http://airflow/dags/book/runs/r1' };

function sent(answers: Answers): {
  errand: Errand;
  told: Progress[];
  ended: Progress[];
  asked: [string, Given][];
  notebook: ReturnType<typeof book>;
} {
  const { client, asked } = server(answers);
  const notebook = book();
  const errand = new Errand(notebook, client);
  const told: Progress[] = [];
  const ended: Progress[] = [];
  errand.changed.connect(() => errand.now && told.push(errand.now));
  errand.ended.connect((_, found) => ended.push(found));
  return { errand, told, ended, asked, notebook };
}

test('publishing saves the notebook, says what happens, and what came of it', async () => {
  const result = { dag_id: 'book', live_after: 4.2 };
  const said = ['Checking', 'Publishing'];
  const { errand, told, ended, notebook } = sent({ publish: () => job({ said, result }) });
  await errand.publish();
  expect(notebook.saved).toBe(1);
  expect(told.map(one => one.state)).toEqual(['going', 'going', 'done']);
  expect(told[1]?.said).toEqual(said);
  expect(ended).toMatchObject([{ kind: 'publish', state: 'done', published: result }]);
});

test('what cannot be published is told with its reason, and may be forced', async () => {
  const theirs = { code: 'target', message: 'theirs', hint: 'or all the same', status: 409 };
  const unfit = { code: 'preflight', message: 'no GPU', hint: null, status: 422 };
  const errors = [theirs, unfit, theirs, theirs];
  const { errand, ended, asked } = sent({
    publish: () => job({ error: errors.shift() ?? null })
  });
  await errand.publish();
  expect(ended).toMatchObject([{ state: 'failed', failure: { hint: 'or all the same' } }]);
  await errand.insist();
  await errand.insist();
  await errand.publish();
  const given = asked.flatMap(([name, { body }]) =>
    name === 'publish' ? [[body?.force, body?.preflight]] : []
  );
  expect(given).toEqual([
    [undefined, undefined],
    [true, undefined],
    [true, false],
    [undefined, undefined]
  ]);
});

test('what is published over is what the form shows, or was published from there', async () => {
  const { errand, asked } = sent({ publish: () => job({ result: { digest: 'b2' } }) });
  await errand.publish(['a1']);
  await errand.publish(['a1']);
  await errand.publish([]);
  await errand.publish();
  const given = asked.flatMap(([name, { body }]) => (name === 'publish' ? [body?.shown] : []));
  expect(given).toEqual([['a1'], ['a1', 'b2'], ['b2'], undefined]);
});

test('a notebook that cannot be saved is not published', async () => {
  const { errand, ended, asked, notebook } = sent({});
  notebook.settle = () => Promise.reject(new Error('no space'));
  await errand.publish();
  expect(ended).toMatchObject([{ failure: { code: 'unsaved', hint: 'no space' } }]);
  expect(asked).toEqual([]);
});

test('where somebody would rather not, nothing is done and nothing said of it', async () => {
  const { errand, ended, asked, notebook } = sent({});
  notebook.settle = () => Promise.resolve(false);
  await errand.publish();
  await errand.run({});
  expect([errand.now, ended, asked]).toEqual([null, [], []]);
});

test('what is begun goes on to its end when its notebook is closed', async () => {
  const { errand, ended, asked } = sent({
    trigger: () => ({ run: run('queued'), paused: false }),
    getRun: () => run('success', THERE)
  });
  const done = errand.trigger('book', {});
  errand.leave();
  await jest.advanceTimersByTimeAsync(2500);
  await done;
  expect(ended).toMatchObject([{ kind: 'trigger', state: 'done' }]);
  expect(asked.at(-1)).toMatchObject(['getRun', { query: { project: 'work' } }]);
});

test('a run here is shown as it goes, and one that fails as failed', async () => {
  const failed = run('failed', { failure: { code: 'x', message: 'no', hint: null, status: 1 } });
  const { errand, told, ended, asked } = sent({
    run: () => job({ run: run('running'), result: failed })
  });
  await errand.run({ trees: 3 });
  expect(told.map(one => one.run?.state)).toEqual([undefined, 'running', 'failed']);
  expect(ended).toMatchObject([{ state: 'failed', failure: { message: 'no' } }]);
  expect(asked[0]).toMatchObject(['run', { body: { parameters: { trees: 3 } } }]);
});

test('a run in Airflow is followed until it ends', async () => {
  const states = [run('running', THERE), run('success', THERE)];
  const { errand, told } = sent({
    trigger: () => ({ run: run('queued'), paused: false }),
    getRun: () => states.shift()
  });
  const done = errand.trigger('book', {});
  await jest.advanceTimersByTimeAsync(5000);
  await done;
  expect(told.map(one => one.run?.state)).toContain('running');
  expect(errand.now).toMatchObject({ kind: 'trigger', state: 'done' });
});

test('a run that was cancelled is no failure, and none of its steps goes on', async () => {
  const error = { code: 'interrupted', message: '/abs/nbflow', hint: null, status: 499 };
  const going = run('running', { steps: [step('load', 'success'), step('fit', 'running')] });
  const { errand, ended } = sent({ run: () => job({ run: going, error }) });
  await errand.run({});
  expect(ended).toMatchObject([{ state: 'cancelled', failure: null, run: { state: 'cancelled' } }]);
  expect(errand.now?.run?.steps.map(one => one.state)).toEqual(['success', 'cancelled']);
  const there = sent({
    trigger: () => ({ run: run('queued'), paused: false }),
    getRun: () => run('cancelled', { ...THERE, failure: { ...error, code: 'run-ended' } })
  });
  const done = there.errand.trigger('book', {});
  await jest.advanceTimersByTimeAsync(2500);
  await done;
  expect(there.ended).toMatchObject([{ state: 'cancelled', failure: null }]);
});

test('its time is counted from when it began, also after a reload', async () => {
  const started = new Date(Date.now() - 14_000).toISOString();
  const { errand } = sent({ jobs: () => [job({ kind: 'run', started, result: run('success') })] });
  await errand.resume('book');
  expect(errand.now?.began).toBe(Date.parse(started));
  const began = new Date(Date.now() - 60_000).toISOString();
  const other = sent({
    run: () => job({ run: run('running', { started: began }), started, result: run('success') })
  });
  void other.errand.run({});
  await jest.advanceTimersByTimeAsync(0);
  expect(other.errand.now?.began).toBe(Date.parse(began));
});

test('a paused pipeline is let run from here; where that fails, what is done stays so', async () => {
  let refused = false;
  const { errand } = sent({
    publish: () => job({ result: { dag_id: 'book', paused: true } }),
    unpause: () => (refused ? failing('remote', 'not allowed')() : { changed: true })
  });
  await errand.publish();
  await errand.unpause('book');
  expect(errand.now).toMatchObject({ state: 'done', published: { paused: false } });
  refused = true;
  await errand.unpause('book');
  expect(errand.now).toMatchObject({
    ...{ state: 'done', failure: null },
    refused: { asked: 'unpause', failure: { message: 'not allowed' } }
  });
});

test('one thing is done at a time', async () => {
  const { errand, asked } = sent({ publish: () => job({ result: {} }) });
  await Promise.all([errand.publish(), errand.run({})]);
  expect(asked.map(([name]) => name)).toEqual(['publish']);
});

test('what goes on already is followed after a reload, of this notebook alone', async () => {
  const result = { dag_id: 'book' };
  const other = job({ about: 'other.ipynb' });
  const { errand } = sent({ jobs: () => [other, job({ result })] });
  await errand.resume('book');
  expect(errand.now).toMatchObject({ kind: 'publish', state: 'done', published: result });
  const nothing = sent({ jobs: () => [other] });
  await nothing.errand.resume('book');
  expect(nothing.errand.now).toBeNull();
});

test('a closed form hears no more of what it began', async () => {
  const { errand, ended } = sent({ publish: () => job({ result: {} }) });
  const publishing = errand.publish();
  errand.dispose();
  await publishing;
  expect(ended).toEqual([]);
});
