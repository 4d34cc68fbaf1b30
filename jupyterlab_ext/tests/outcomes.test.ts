import { nullTranslator } from '@jupyterlab/translation';

import type { Inspected, Run } from '../src/generated/answers';
import { Outcomes } from '../src/panel/outcomes';
import { NotebookPipeline } from '../src/pipeline/pipeline';
import { Preferences } from '../src/pipeline/preferences';
import { failing, run, server, step } from './asked';
import type { Answers } from './asked';
import { Written } from './notebooks';

const NAME = { project: 'work', dag_id: 'book', run_id: 'r1' };
const FAILURE = {
  ...{ ename: 'ValueError', evalue: 'no rows', cell: 'c1', cell_index: 1 },
  ...{ traceback: [], hint: 'Look at the rows.' }
};
const FAILED = run('failed', { ended: 'x', steps: [step('b', 'failed', { failure: FAILURE })] });

/** Follows runs of a real notebook that is open at `work/book.ipynb`. */
class Following {
  readonly notebook = new Written('step:a', 'step:b');
  readonly pipeline = new NotebookPipeline(this.notebook.model, new Preferences(), () =>
    Promise.resolve({ setup: [], steps: [], diagnostics: [] } as unknown as Inspected)
  );
  readonly outcomes: Outcomes;
  now: Partial<Record<string, Run>> = {};

  constructor(answers: Answers = {}) {
    const { client } = server({
      getRun: ({ path }) => this.now[String(path?.run_id)],
      graph: () => ({ steps: [], notebook: 'work/book.ipynb' }),
      ...answers
    });
    const trans = nullTranslator.load('nbflow');
    this.outcomes = new Outcomes(
      client,
      path => (path === 'work/book.ipynb' ? [this.pipeline] : []),
      trans
    );
  }

  dispose(): void {
    this.outcomes.dispose();
    this.pipeline.dispose();
  }

  /** A run is started, and ends so. */
  async ends(now: Run, run_id = 'r1'): Promise<void> {
    this.now[run_id] = now;
    this.outcomes.follow({ ...NAME, run_id }, null);
    await this.look();
  }

  async look(): Promise<void> {
    await this.outcomes.look();
    await new Promise(resolve => setTimeout(resolve, 0));
  }

  get told(): unknown[] {
    return this.pipeline.told.map(({ message, cell }) => [message, cell]);
  }
}

let following: Following;
afterEach(() => following.dispose());

function open(answers: Answers = {}): Following {
  following = new Following(answers);
  return following;
}

const MARKED = [['In the last run: ValueError: no rows', 'c1']];

test('a run that fails is told at the cell of the notebook that is open', async () => {
  const { outcomes, now } = open();
  now.r1 = run('running', { ended: null });
  outcomes.follow(NAME, null);
  await following.look();
  expect(following.told).toEqual([]);
  now.r1 = FAILED;
  await following.look();
  expect(following.told).toEqual(MARKED);
  expect(following.pipeline.told[0]?.hint).toBe('Look at the rows.');
});

test.each(['success', 'cancelled'] as const)(
  'it is told no more once the next run ends as %s',
  async state => {
    await open().ends(FAILED);
    expect(following.told).toEqual(MARKED);
    await following.ends(run(state, { ended: 'y' }), 'r2');
    expect(following.told).toEqual([]);
  }
);

test('it is told no more once the author changes a cell', async () => {
  await open().ends(FAILED);
  following.notebook.model.cells.get(1).sharedModel.setSource('x = 2');
  expect(following.told).toEqual([]);
});

test('why a run failed as a whole is told of the notebook as a whole', async () => {
  const failure = { code: 'lost', message: 'its kernel is gone', hint: null, status: 500 };
  await open().ends(run('failed', { ended: 'x', failure }));
  expect(following.told).toEqual([['In the last run: its kernel is gone', null]]);
});

test('that a run was cancelled is no fault of its notebook', async () => {
  const message = 'book/r1 was cancelled while it was at b';
  const failure = { code: 'cancelled', message, hint: null, status: 500, cell: 'c1' };
  const steps = [step('b', 'cancelled', { failure: FAILURE })];
  await open().ends(run('cancelled', { ended: 'x', failure, steps }));
  expect(following.told).toEqual([]);
});

test('of a run that ends after a later one was started nothing is told', async () => {
  const { outcomes, now } = open();
  now.r1 = run('running', { ended: null });
  outcomes.follow(NAME, null);
  await following.ends(run('success', { ended: 'y' }), 'r2');
  now.r1 = FAILED;
  await following.look();
  expect(following.told).toEqual([]);
});

test.each([
  { graph: () => ({ steps: [], notebook: 'work/other.ipynb' }) },
  { graph: () => ({ steps: [], notebook: null }) },
  { graph: failing('gone', 'its bundle is gone') }
])('a notebook that a run is not of is told nothing', async answers => {
  await open(answers).ends(FAILED);
  expect(following.told).toEqual([]);
});
