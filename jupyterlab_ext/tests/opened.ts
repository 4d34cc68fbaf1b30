import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { Actions } from '../src/panel/actions';
import type { Desk } from '../src/panel/actions';
import { Deeds } from '../src/panel/deeds';
import { Monitor } from '../src/panel/monitor';
import type { Listed } from '../src/panel/monitor';
import { RunsPanel } from '../src/panel/panel';
import type { Place } from '../src/panel/place';
import type { Question } from '../src/panel/question';
import { Projects } from '../src/panel/projects';
import { Watch } from '../src/panel/watch';
import { run, server, step } from './asked';
import type { Answers, Given } from './asked';
import { Shown } from './shown';

export const PIPELINE: Listed = {
  ...{ dag_id: 'book', digest: 'd1d1d1d1d1', notebook: 'book.ipynb', path: 'work/book.ipynb' },
  ...{ by: 'ann', in_airflow: true, paused: false, broken: false, owners: ['ops'] },
  ...{ next_run: '2099-12-01T07:00:00+00:00', url: 'http://airflow/dags/book' },
  latest: null
};
export const FAILED = run('failed', {
  ...{ here: true, started: '2026-11-29T16:00:00Z', ended: '2026-11-29T16:00:09Z' },
  ...{
    resumed: null,
    expected_end: null,
    metrics: {},
    parameters: { trees: 7 },
    secret: [],
    stored: true
  },
  steps: [
    step('load', 'success', { usual: 2, usual_of: 3 }),
    step('fit', 'failed', {
      ...{ usual: 4, usual_of: 2 },
      failure: {
        ...{ ename: 'ValueError', evalue: 'no', cell: 'c2', cell_index: 2 },
        ...{ traceback: [], hint: null }
      }
    })
  ]
});

/** The panel in a page, with all that its server tells. */
export class Opened extends Shown {
  readonly monitor: Monitor;
  readonly deeds = new Deeds();
  readonly watch: Watch;
  readonly projects: Projects;
  /** The folder of the notebook in front. */
  front: string | null = null;
  readonly questions: Question[] = [];
  readonly opened: string[] = [];
  readonly asked: [string, Given][];
  /** Notebooks that were saved before they ran. */
  readonly settled: string[] = [];
  /** Runs whose outcome is shown at cells, and when they had ended before. */
  readonly followed: [string, string | null][] = [];
  /** What others were told. */
  readonly told: [string, string | null][] = [];
  /** Whether somebody agrees who is asked, perhaps later. */
  agrees: boolean | Promise<boolean> = true;
  /** What somebody chooses who is asked which way to go; '' for none. */
  chosen: unknown = '';

  constructor(answers: Answers, place: Partial<Place> = {}) {
    super(settled);
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
      choose: (question, choices) => {
        this.questions.push({ ...question, accept: '' });
        return Promise.resolve(choices.find(one => one.value === this.chosen)?.value ?? null);
      },
      openExecuted: (_, name, book, cell) => this._open(`${name.run_id} ${book} ${cell ?? ''}`),
      openNotebook: path => this._open(path),
      showFile: (path, size) => this._open(`${path} ${size}`),
      showFolder: path => this._open(`${path}/`),
      settle: path => {
        this.settled.push(path);
        return Promise.resolve(this.agrees);
      },
      follow: (name, before) => this.followed.push([name.run_id, before]),
      tell: (what, dag) => this.told.push([what, dag]),
      openNew: (folder, name) => this._open(`${folder}/${name}`)
    };
    const trans = nullTranslator.load('nbflow');
    const { monitor, deeds, watch } = this;
    const actions = new Actions(client, monitor, deeds, watch, desk, trans);
    this.projects = new Projects(monitor, () => this.front);
    const frame = {
      ...{ monitor, projects: this.projects, actions, deeds, watch, trans },
      ...{ language: 'en-GB', folders: ['work'], wraps: true, setWraps: () => undefined }
    };
    monitor.go({ project: 'work', ...place });
    this.widget = new RunsPanel(() => frame);
    Widget.attach(this.widget, document.body);
    MessageLoop.flush();
  }

  async press(name: string): Promise<void> {
    this.button(name).click();
    await settled();
  }

  /** What an endpoint was given last. */
  given(name: string): Given | undefined {
    return this.asked.findLast(([one]) => one === name)?.[1];
  }

  /** Wait until the panel says so. */
  async said(words: string): Promise<void> {
    await settled();
    for (let tries = 0; tries < 100 && !this.text.includes(words); tries++) {
      await settled();
    }
    expect(this.text).toContain(words);
  }

  close(): void {
    this.widget.dispose();
    this.watch.dispose();
  }

  private _open(what: string): Promise<void> {
    this.opened.push(what);
    return Promise.resolve();
  }

  protected readonly widget: RunsPanel;
}

export async function settled(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 30));
}

/** The panel of a test; it is closed with it. */
export let panel: Opened;

/** Open the panel, and wait until it shows something. */
export async function open(answers: Answers = {}, place: Partial<Place> = {}): Promise<void> {
  panel = new Opened(answers, place);
  await said('');
}

/** Wait until the panel says so. */
export const said = (words: string): Promise<void> => panel.said(words);
