import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { Run } from '../src/generated/answers';
import { NotebookPipeline } from '../src/pipeline/pipeline';
import { Preferences } from '../src/pipeline/preferences';
import type { Errand } from '../src/schedule/errand';
import { ScheduleTab } from '../src/schedule/tab';
import type { Happening, INbflow } from '../src/tokens';
import { book, job, run, server } from './asked';
import type { Answers, Given } from './asked';
import { Shown } from './shown';

/** The form of an open notebook as JupyterLab has it, and what it asks and tells. */
class OpenedTab extends Shown {
  readonly told: Happening[] = [];
  /** What goes on though it is not shown any more. */
  readonly left: Errand[] = [];
  readonly asked: [string, Given][];
  readonly widget: ScheduleTab;

  constructor(answers: Answers) {
    super(() => passed(0));
    const { client, asked } = server(answers);
    const { model } = book();
    this.asked = asked;
    this._pipeline = new NotebookPipeline(model, new Preferences(), content =>
      client.ask('inspect', { body: { path: 'work/book.ipynb', content } })
    );
    const panel = {
      ...{ id: 'notebook', disposed: new Signal<object, void>(this), content: { widgets: [] } },
      context: {
        ...{ model, path: 'work/book.ipynb', localPath: 'work/book.ipynb', isDisposed: false },
        ...{ pathChanged: new Signal<object, string>(this), save: () => Promise.resolve() }
      }
    } as unknown as NotebookPanel;
    const happened = new Signal<object, Happening>(this);
    const nbflow = {
      ...{ client, happened, ready: () => Promise.resolve(this._pipeline) },
      tell: (happening: Happening) => {
        this.told.push(happening);
        happened.emit(happening);
      }
    } as unknown as INbflow;
    this.widget = new ScheduleTab(panel, nbflow, nullTranslator, {
      contents: { get: () => Promise.resolve({}) } as never,
      showRun: () => null,
      outlive: errand => this.left.push(errand)
    });
    Widget.attach(this.widget, document.body);
  }

  counted(name: string): number {
    return this.asked.filter(([one]) => one === name).length;
  }

  /** Wait until the form says so. */
  async said(words: string): Promise<void> {
    for (let tries = 0; tries < 100 && !this.text.includes(words); tries++) {
      await passed(50);
    }
    expect(this.text).toContain(words);
  }

  async press(name: string): Promise<void> {
    this.button(name).click();
    await passed(100);
  }

  close(): void {
    this.widget.dispose();
    this._pipeline.dispose();
    this.left.forEach(errand => errand.dispose());
  }

  private readonly _pipeline: NotebookPipeline;
}

/** The form of a test, which closes it. */
let form: OpenedTab;

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  form.close();
  jest.useRealTimers();
});

/** Let time go by, and what is to be shown show. */
async function passed(milliseconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
  MessageLoop.flush();
}

/** A run that goes in an Airflow that is in reach. */
const going = (run_id: string): Run =>
  run('running', { run_id, here: false, url: 'http://airflow' });

test('a form that is opened again after a reload of the page follows the run in Airflow', async () => {
  form = new OpenedTab({ runs: () => ({ runs: [going('r1')] }), getRun: () => going('r1') });
  await form.said('Running in Airflow');
  expect(form.button('Run now').disabled).toBe(true);
});

test('the run of a form is in sight as long as the form is, and another run is not', async () => {
  form = new OpenedTab({ runs: () => ({ runs: [going('r1')] }), getRun: () => going('r1') });
  const { widget } = form;
  expect(widget.hasInSight(going('r1'))).toBe(false);
  await form.said('Running in Airflow');
  expect([going('r1'), going('r2')].map(one => widget.hasInSight(one))).toEqual([true, false]);
  widget.hide();
  expect(widget.hasInSight(going('r1'))).toBe(false);
});

test('what was published just before the name is known is not pushed away by a run', async () => {
  const result = { ...{ dag_id: 'book', review: null, live_after: 4.2 }, url: null, missing: null };
  const jobs = [job({ result })];
  form = new OpenedTab({
    jobs: () => jobs.splice(0),
    ...{ runs: () => ({ runs: [going('r1')] }), getRun: () => going('r1') }
  });
  await form.said('Live in Airflow after 4.2 s');
  await passed(2000);
  expect([form.text.includes('Live in Airflow'), form.counted('runs')]).toEqual([true, 0]);
});

test('each run is told of once, however many go on at a time', async () => {
  form = new OpenedTab({
    runs: () => ({ runs: [going('r1')] }),
    getRun: ({ path }) => going(path?.run_id as string),
    diff: () => ({
      ...{ dag_id: 'book', changed: true, changes: [], cells: [] },
      published: { digest: 'd', by: 'ann', moment: null }
    }),
    publish: () => job({ result: { dag_id: 'book', digest: 'e' } }),
    trigger: () => ({ run: going('r2'), paused: false })
  });
  await form.said('Running in Airflow');
  await form.said('in Airflow, as published');
  await form.press('Publish');
  await form.press('Run now');
  await passed(6500);
  expect(form.left.map(one => one.now?.run?.run_id)).toEqual(['r1']);
  expect(form.told.map(({ what }) => what)).toEqual(['ran', 'published', 'ran']);
});
