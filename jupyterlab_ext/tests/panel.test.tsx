import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { Job } from '../src/generated/answers';
import { Actions } from '../src/panel/actions';
import type { Desk, Question } from '../src/panel/actions';
import { Deeds } from '../src/panel/deeds';
import { Monitor } from '../src/panel/monitor';
import type { Listed } from '../src/panel/monitor';
import { RunsPanel } from '../src/panel/panel';
import type { Place } from '../src/panel/place';
import { Watch } from '../src/panel/watch';
import { INSPECTED, READY, STOPPED, failing, job, run, server, step } from './asked';
import type { Answers, Given } from './asked';

const PIPELINE: Listed = {
  ...{ dag_id: 'book', digest: 'd1d1d1d1d1', notebook: 'book.ipynb', path: 'work/book.ipynb' },
  ...{ by: 'ann', in_airflow: true, paused: false, broken: false, owners: ['ops'] },
  ...{ next_run: '2026-12-01T07:00:00+00:00', url: 'http://airflow/dags/book' },
  latest: null
};
const FAILED = run('failed', {
  ...{ here: true, started: '2026-11-29T16:00:00Z', ended: '2026-11-29T16:00:09Z' },
  ...{ resumed: null, expected_end: null, metrics: {}, parameters: { trees: 7 }, stored: true },
  steps: [
    step('load', 'success', { usual: 2 }),
    step('fit', 'failed', {
      failure: {
        ...{ ename: 'ValueError', evalue: 'no', cell: 'c2', cell_index: 2 },
        ...{ traceback: [], hint: null }
      }
    })
  ]
});

/** The panel in a page, with all that its server tells. */
class Opened {
  readonly monitor: Monitor;
  readonly deeds = new Deeds();
  readonly watch: Watch;
  readonly questions: Question[] = [];
  readonly opened: string[] = [];
  readonly asked: [string, Given][];
  agrees = true;

  constructor(answers: Answers, place: Partial<Place> = {}) {
    const { client, asked } = server({
      pipelines: () => ({
        ...{ total: 1, unasked: null },
        pipelines: [{ ...PIPELINE, latest: FAILED }]
      }),
      runs: () => ({ runs: [FAILED], further: null, unasked: null }),
      getRun: () => FAILED,
      graph: () => ({ steps: [], notebook: 'work/book.ipynb' }),
      logs: () => ({ lines: [], next: 0, finished: true }),
      ...answers
    });
    this.asked = asked;
    this.monitor = new Monitor(client);
    this.watch = new Watch(client);
    const desk: Desk = {
      watches: true,
      confirm: question => {
        this.questions.push(question);
        return Promise.resolve(this.agrees);
      },
      openExecuted: (name, book, cell) => this._open(`${name.run_id} ${book} ${cell ?? ''}`),
      openNotebook: path => this._open(path),
      openNew: (folder, name) => this._open(`${folder}/${name}`)
    };
    const trans = nullTranslator.load('nbflow');
    const { monitor, deeds, watch } = this;
    const actions = new Actions(client, monitor, deeds, watch, desk, trans);
    const frame = { monitor, actions, deeds, watch, trans, language: 'en-GB', folders: ['work'] };
    monitor.go({ project: 'work', ...place });
    this._widget = new RunsPanel(() => frame);
    Widget.attach(this._widget, document.body);
    MessageLoop.flush();
  }

  get text(): string {
    return this._widget.node.textContent;
  }

  all(selector: string): HTMLElement[] {
    return [...this._widget.node.querySelectorAll<HTMLElement>(selector)];
  }

  button(name: string): HTMLButtonElement {
    const found = this.all('button').find(one => one.textContent === name);
    if (found === undefined) {
      throw new Error(`no button ${name}: ${this.text}`);
    }
    return found as HTMLButtonElement;
  }

  async press(name: string): Promise<void> {
    this.button(name).click();
    await settled();
  }

  /** What an endpoint was given last. */
  given(name: string): Given | undefined {
    return this.asked.findLast(([one]) => one === name)?.[1];
  }

  close(): void {
    this._widget.dispose();
    this.watch.dispose();
  }

  private _open(what: string): Promise<void> {
    this.opened.push(what);
    return Promise.resolve();
  }

  private readonly _widget: RunsPanel;
}

const settled = async (): Promise<void> => {
  await new Promise(resolve => setTimeout(resolve, 30));
};

let panel: Opened;
afterEach(() => panel.close());

async function open(answers: Answers = {}, place: Partial<Place> = {}): Promise<void> {
  panel = new Opened(answers, place);
  await said('');
}

/** Wait until the panel says so. */
async function said(words: string): Promise<void> {
  await settled();
  for (let tries = 0; tries < 100 && !panel.text.includes(words); tries++) {
    await settled();
  }
  expect(panel.text).toContain(words);
}

test('a pipeline is told with its last state, its next run and its owner', async () => {
  await open();
  await said('book');
  const [row] = panel.all('.nbf-Rows-row');
  expect(row?.textContent).toContain('failed');
  expect(row?.textContent).toMatch(/next .*Tuesday.* 1 December/);
  expect(row?.textContent).toContain('ops');
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

test('what is looked for, and which runs are listed, the server is asked', async () => {
  await open();
  await said('book');
  panel.monitor.go({ contains: 'chu' });
  await new Promise(resolve => setTimeout(resolve, 300));
  expect(panel.given('pipelines')?.query).toMatchObject({ contains: 'chu', project: 'work' });
  panel.monitor.go({ list: 'runs', kind: 'failed' });
  await settled();
  expect(panel.given('runs')?.query).toMatchObject({ states: 'failed,upstream_failed,cancelled' });
});

test('nobody looks: nothing is asked', async () => {
  await open();
  await said('book');
  panel.monitor.active = false;
  panel.asked.length = 0;
  panel.monitor.again();
  await settled();
  expect(panel.asked).toEqual([]);
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
  await said('the private Airflow does not run');
  await panel.press('Start Airflow');
  await said('Airflow runs');
  expect(panel.all('.nbf-Reach')).toEqual([]);
});

test('a run says in which cell it failed, how long its steps take, and opens there', async () => {
  await open({}, { run: FAILED });
  await said('fit, cell 2: ValueError: no');
  expect(panel.text).toContain('usually 2 s');
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

test('a run here goes on from its failed step, and is watched', async () => {
  let told: Job = job({ kind: 'run' });
  const going = (): Job => (told = job({ kind: 'run', run: run('running'), version: 2 }));
  await open({ run: () => told, job: going }, { run: FAILED });
  await said('Resume');
  await panel.press('Resume');
  await settled();
  expect(panel.given('run')?.body).toEqual({ path: 'work/book.ipynb', resume: 'r1' });
  expect(panel.watch.all).toMatchObject([{ run_id: 'r1', before: FAILED.ended }]);
});

test('a run in Airflow goes on there', async () => {
  const away = { ...FAILED, here: false };
  await open({ getRun: () => away, resumeRun: () => ({ steps: ['fit'] }) }, { run: away });
  await said('Resume');
  await panel.press('Resume');
  expect(panel.given('resumeRun')?.path).toEqual({ dag_id: 'book', run_id: 'r1' });
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

test('a run is watched and not any more', async () => {
  await open({ getRun: () => ({ ...FAILED, state: 'running', ended: null }) }, { run: FAILED });
  await said('Watch');
  await panel.press('Watch');
  expect(panel.button('Watch').getAttribute('aria-pressed')).toBe('true');
  await panel.press('Watch');
  expect(panel.watch.all).toEqual([]);
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
});

test('a run is repeated with the values that it had', async () => {
  await open({ inspect: () => INSPECTED }, { run: FAILED });
  await said('Run again');
  await panel.press('Run again');
  await said('in the forest');
  expect((panel.all('.nbf-Start input')[0] as HTMLInputElement).value).toBe('7');
});

test('who unpublishes is asked, and asked again while runs go', async () => {
  const hint = 'or use --force: then steps that have not begun will fail';
  const error = { code: 'target', message: 'its runs still go', hint, status: 502 };
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
      rollBack: () => job({ result: {} })
    },
    { pipeline: 'book' }
  );
  await said('Roll back');
  await panel.press('Roll back');
  await said('runs now');
  expect(panel.all('.nbf-Versions li')).toHaveLength(2);
  await panel.press('Go back to it');
  await settled();
  expect(panel.given('rollBack')?.body).toEqual({ digest: 'a1a1a1a1a1' });
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
  await panel.press('Let it run');
  await said('next');
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
