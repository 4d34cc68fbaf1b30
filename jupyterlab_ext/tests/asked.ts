import { NotebookModel } from '@jupyterlab/notebook/lib/model';

import type { Client } from '../src/client/client';
import { ServerFailure } from '../src/client/failure';
import type { Inspected, Job, Run, StepRun } from '../src/generated/answers';
import type { Intent, Notebook } from '../src/schedule/draft';

/** What endpoints answer in a test, by name. */
export type Answers = Record<string, (given: Given) => unknown>;

/** What an endpoint is given. */
export type Given = Partial<Record<'path' | 'query' | 'body', Record<string, unknown>>>;

export const READY = { state: 'ready', url: 'http://airflow', embedded: false };
export const STOPPED = {
  ...{ state: 'stopped', url: null, embedded: true },
  ...{ reason: 'the private Airflow does not run', hint: 'Start it with `nbflow airflow up`.' }
};

export const INSPECTED = {
  ...{ name: 'book', team: 'churn', saved: false, ok: true, setup: [], diagnostics: [] },
  parameters: [
    {
      ...{ name: 'trees', type: 'int', nullable: false, default: 10, computed: null },
      ...{ help: 'in the forest', schema: { minimum: 1, maximum: 1000 } }
    }
  ],
  steps: [
    { name: 'load', cells: ['c1'], needs: [], profile: 'small', metrics: [] },
    {
      ...{ name: 'fit', cells: ['c2'], profile: 'small', metrics: [] },
      needs: [{ step: 'load', because: [{ kind: 'variables', names: ['rows'] }] }]
    }
  ]
} as unknown as Inspected;

const PROFILE = { cpu: null, memory: null, disk: null, gpu: null, image: null, allowed: true };

export const ANSWERS: Answers = {
  inspect: () => INSPECTED,
  diff: () => ({ dag_id: 'book', changed: true, published: null, changes: [], cells: [] }),
  preflight: () => null,
  nextRuns: () => ({ times: ['2026-11-30T07:00:00+00:00'] }),
  settings: () => ({ default_profile: 'small', channels: ['ops'], teams: [], airflow: READY }),
  profiles: () => [
    { ...PROFILE, name: 'small', price: 0.5 },
    { ...PROFILE, name: 'gpu', allowed: false, price: null }
  ],
  airflow: () => READY,
  jobs: () => [],
  runFiles: () => []
};

/** A server that answers so, and what it was asked. */
export function server(answers: Answers): {
  client: Client;
  asked: [string, Given][];
} {
  const asked: [string, Given][] = [];
  const ask = (name: string, given: Given): Promise<unknown> => {
    asked.push([name, given]);
    const answer = { ...ANSWERS, ...answers }[name];
    return Promise.resolve().then(async () => {
      if (answer === undefined) {
        throw new Error(`nobody expects ${name}`);
      }
      const told = await answer(given);
      // Folders are projects of their own, unless a test says otherwise.
      return name === 'settings' ? { folder: given.query?.project, ...(told as object) } : told;
    });
  };
  const follow = (job: Job, { told }: { told?: (job: Job) => void }): Promise<unknown> => {
    told?.(job);
    return job.error === null
      ? Promise.resolve(job.result)
      : Promise.reject(new ServerFailure(job.error));
  };
  const work = async (
    name: string,
    given: Given,
    options: { told?: (job: Job) => void }
  ): Promise<unknown> => follow((await ask(name, given)) as Job, options);
  return { client: { ask, work, follow } as unknown as Client, asked };
}

export function failing(
  code: string,
  message: string,
  hint: string | null = null,
  status = 400
): () => never {
  return () => {
    throw new ServerFailure({ code, message, hint, status });
  };
}

export function job(found: Partial<Job>): Job {
  return {
    ...{ id: 'j1', kind: 'publish', about: 'work/book.ipynb', state: 'running', version: 1 },
    ...{ said: [], run: null, result: null, error: null, started: '', ended: null },
    ...found
  };
}

export function run(state: Run['state'], more: Partial<Run> = {}): Run {
  return { dag_id: 'book', run_id: 'r1', state, steps: [], url: null, here: true, ...more } as Run;
}

/** An open notebook of two cells, and whether it was saved. */
export function book(): Notebook & { saved: number } {
  const model = new NotebookModel();
  model.sharedModel.insertCells(0, [
    { cell_type: 'code', id: 'c1', source: 'rows = [1]', metadata: { tags: ['step:load'] } },
    { cell_type: 'code', id: 'c2', source: 'len(rows)', metadata: { tags: ['step:fit'] } }
  ]);
  const notebook = {
    model,
    saved: 0,
    path: () => 'work/book.ipynb',
    settle: (intent: Intent) => {
      notebook.saved += intent === 'publish' ? 1 : 0;
      return Promise.resolve(true);
    }
  };
  return notebook;
}

export function step(name: string, state: StepRun['state'], more: Partial<StepRun> = {}): StepRun {
  const ended = ['queued', 'running', 'retrying'].includes(state) ? null : '2026-11-29T16:00:02Z';
  return {
    ...{ name, state, cells_done: 1, cells_total: 2, cell: null, line: null, attempt: 1 },
    ...{ started: '2026-11-29T16:00:00Z', ended, failure: null, kept: false, cached: null },
    ...{ note: null, usage: null, usual: null, usual_of: 0 },
    ...more
  };
}
