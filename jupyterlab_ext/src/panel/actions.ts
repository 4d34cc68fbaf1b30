import type { TranslationBundle } from '@jupyterlab/translation';

import { later } from '../client/client';
import type { Client } from '../client/client';
import { ServerFailure, refusal } from '../client/failure';
import type { Difference, Graph, Parameter, Publication, Run, RunFile } from '../generated/answers';
import type { Choice } from '../parts/question';
import type { Happening } from '../tokens';
import type { Deeds } from './deeds';
import type { Monitor } from './monitor';
import { Opening } from './opening';
import { given, keyOf, nameOf, pageOf } from './place';
import type { RunName } from './place';
import { projectInWords } from './projects';
import { Publishing } from './publishing';
import type { Question } from './question';
import { Saving } from './saving';
import type { Watch } from './watch';

/** What JupyterLab does for the panel. */
export interface Desk {
  confirm(question: Question): Promise<boolean>;
  /** Ask which way to go; null for none. */
  choose<Value>(
    question: { title: string; body: string },
    choices: readonly Choice<Value>[]
  ): Promise<Value | null>;
  /** Open what a run has made, at a cell. */
  openExecuted(run: Run, name: RunName, notebook: string, cell: string | null): Promise<void>;
  openNotebook(path: string): Promise<void>;
  /** Open a file that was written, where something shows its like; else show where it is. */
  showFile(path: string, size: number): Promise<void>;
  /** Show a folder in the file browser. */
  showFolder(path: string): Promise<void>;
  /** Save an open notebook before it runs; false where somebody would rather not run it as it was. */
  settle(path: string): Promise<boolean>;
  /** Keep a notebook in a folder, and open it. */
  openNew(folder: string, name: string, content: Record<string, unknown>): Promise<void>;
  /** Whether runs that are started or go on from here are watched. */
  readonly watches: boolean;
  /** Show at the cells of its notebook, where that is open, what goes wrong in a run. */
  follow(name: RunName, before: string | null): void;
  /** Tell others who show pipelines and runs. */
  tell(what: Happening['what'], dag: string | null): void;
}

/** Where a run is started: a pipeline's in Airflow, or a notebook on the server's machine. */
export type Where = { readonly dag: string } | { readonly path: string };

/**
 * What can be done with pipelines and runs.
 *
 * It is done in the project that is shown as somebody asks for it. They may show another one while
 * it goes, or while they are asked something: what is asked of the server then is fixed before.
 */
export class Actions {
  constructor(
    private readonly _client: Pick<Client, 'ask' | 'work'>,
    private readonly _monitor: Monitor,
    private readonly _deeds: Deeds,
    private readonly _watch: Watch,
    private readonly _desk: Desk,
    private readonly _trans: TranslationBundle
  ) {
    this._opening = new Opening(_client, _deeds, _desk, _trans);
    this._publishing = new Publishing(_client, _deeds, _desk, _trans);
    this._saving = new Saving(_client, _deeds, _desk, _trans);
    let page = pageOf(_monitor.place);
    _monitor.moved.connect(() => {
      const now = pageOf(_monitor.place);
      if (now !== page) {
        page = now;
        _deeds.forget(); // What was done is told where it was done.
      }
    });
  }

  /** Start the private Airflow. */
  async startAirflow(): Promise<void> {
    const trans = this._trans;
    const words = {
      going: trans.__('Starting Airflow'),
      done: trans.__('Airflow runs'),
      failed: trans.__('Airflow did not start')
    };
    await this._deeds.do(words, options => this._client.work('airflowUp', this._query, options));
    this._desk.tell('airflow', null);
    this._monitor.renew();
  }

  /** The parameters that a run may be given. */
  async parametersOf(where: Where, signal: AbortSignal): Promise<readonly Parameter[]> {
    if ('dag' in where) {
      const path = { dag_id: where.dag };
      return this._client.ask('parameters', { path, ...this._query }, { signal });
    }
    const found = await this._client.ask('inspect', { body: { path: where.path } }, { signal });
    return found.parameters;
  }

  /** The versions of a pipeline that are kept. */
  async versionsOf(dag: string, signal: AbortSignal): Promise<Publication> {
    return this._client.ask('pipeline', { path: { dag_id: dag }, ...this._query }, { signal });
  }

  /** Start a run, and show it; who has gone to another project meanwhile stays there. */
  async start(where: Where, parameters: Record<string, unknown>): Promise<boolean> {
    const trans = this._trans;
    const [project, query] = [this._project, this._query];
    if ('path' in where && !(await this._desk.settle(where.path))) {
      return false;
    }
    const words = {
      going: trans.__('Starting'),
      done: ({ dag_id }: Run) =>
        project === this._project
          ? ''
          : trans.__('%1 has started in “%2”', dag_id, projectInWords(project, trans)),
      failed: trans.__('It did not start')
    };
    const run = await this._deeds.do(words, async ({ signal }) => {
      if ('path' in where) {
        return this._begin({ path: where.path, parameters }, signal);
      }
      const asked = { path: { dag_id: where.dag }, ...query, body: { parameters } };
      return (await this._client.ask('trigger', asked, { signal })).run;
    });
    if (run !== null) {
      this._keepAnEyeOn(nameOf(project, run));
      if (project === this._project) {
        this._monitor.go({ run });
      }
      this._desk.tell('ran', run.dag_id);
    }
    return run !== null;
  }

  /** Let no new runs of a pipeline begin, or let them begin again. */
  async hold(dag: string, paused: boolean): Promise<void> {
    const trans = this._trans;
    const words = paused
      ? { going: trans.__('Pausing'), done: '', failed: trans.__('It is not paused') }
      : { going: trans.__('Unpausing'), done: '', failed: trans.__('It is still paused') };
    const asked = { path: { dag_id: dag }, ...this._query };
    const done = await this._deeds.do(words, ({ signal }) =>
      this._client.ask(paused ? 'pause' : 'unpause', asked, { signal })
    );
    if (done !== null) {
      this._desk.tell(paused ? 'paused' : 'unpaused', dag);
    }
    this._monitor.again();
  }

  /**
   * Let a pipeline run one of its earlier versions; whether somebody agreed.
   *
   * @param version - what it is called where somebody is asked.
   */
  async rollBack(dag: string, digest: string, version: string): Promise<boolean> {
    const trans = this._trans;
    const about = { path: { dag_id: dag }, ...this._query };
    const compared = await this._deeds.do(
      { going: trans.__('Comparing'), done: '', failed: '' },
      ({ signal }) => this._compared(about, digest, signal)
    );
    if (compared === null) {
      return false;
    }
    const body = trans.__('Runs that begin from now on are of the version %1.', version);
    const question = { title: trans.__('Roll back %1?', dag), accept: trans.__('Roll Back') };
    const agreed = await this._desk.confirm(
      compared instanceof ServerFailure
        ? {
            ...question,
            body: `${body} ${trans.__('What changes is not known: %1', compared.message)}`
          }
        : { ...question, body, difference: compared }
    );
    if (agreed) {
      const words = {
        going: trans.__('Rolling back'),
        done: trans.__('Rolled back to %1', version),
        failed: trans.__('Not rolled back')
      };
      const asked = { ...about, body: { digest } };
      const done = await this._deeds.do(words, options =>
        this._client.work('rollBack', asked, options)
      );
      if (done !== null) {
        this._desk.tell('rolledBack', dag);
      }
      this._monitor.again();
    }
    return agreed;
  }

  /** @param force - also while runs are going. */
  async unpublish(dag: string, force = false): Promise<void> {
    const trans = this._trans;
    const project = this._project;
    const asked = { path: { dag_id: dag }, ...this._query, body: { force } };
    const agreed = await this._desk.confirm({
      title: force ? trans.__('Unpublish %1 while it runs?', dag) : trans.__('Unpublish %1?', dag),
      body: force
        ? trans.__('Steps of its runs that have not begun will fail. What its runs made stays.')
        : trans.__(
            'No run of it begins any more. What its runs made stays, and so do its versions.'
          ),
      accept: trans.__('Unpublish')
    });
    if (!agreed) {
      return;
    }
    const words = {
      going: trans.__('Unpublishing'),
      done: trans.__('%1 is unpublished', dag),
      failed: trans.__('Not unpublished')
    };
    const gone = await this._deeds.do(words, async options => {
      const found = await this._client.work('unpublish', asked, options);
      if (this._project === project && this._monitor.place.pipeline === dag) {
        this._monitor.go({ pipeline: null }); // While it goes: what is done is told there, too.
      }
      return found;
    });
    if (gone !== null) {
      this._desk.tell('unpublished', dag);
      void this._monitor.pipelines.load();
    }
  }

  /** End a run that goes. */
  async cancel(run: Run): Promise<void> {
    const trans = this._trans;
    const name = nameOf(this._project, run);
    const agreed = await this._desk.confirm({
      title: trans.__('Cancel the run of %1?', run.dag_id),
      body: trans.__(
        'Steps that run are stopped. What has ended stays, and the run can go on later.'
      ),
      accept: trans.__('Cancel Run'),
      decline: trans.__('Let It Run')
    });
    if (agreed) {
      const words = {
        going: trans.__('Cancelling'),
        done: '',
        failed: trans.__('It is not cancelled')
      };
      await this._deeds.do(words, ({ signal }) => this._stop(run, name, signal));
      this._monitor.again();
    }
  }

  /** Run the steps of a run that failed again, and what follows them. */
  async resume(run: Run, graph: Graph): Promise<void> {
    const trans = this._trans;
    const name = nameOf(this._project, run);
    if (graph.notebook !== null) {
      const settled = await this._desk.settle(graph.notebook);
      if (!settled || (!run.here && !(await this._publishing.settle(run.dag_id, graph.notebook)))) {
        return;
      }
    }
    const words = { going: trans.__('Going on'), done: '', failed: trans.__('It does not go on') };
    const done = await this._deeds.do(words, async ({ signal }) => {
      if (!run.here) {
        await this._client.ask('resumeRun', given(name), { signal });
      } else if (graph.notebook === null) {
        throw refusal(trans.__('It is not known which notebook this run is of.'));
      } else {
        await this._begin({ path: graph.notebook, resume: run.run_id }, signal);
      }
      return true;
    });
    if (done === true) {
      this._keepAnEyeOn(name, run.ended);
      this._desk.tell('ran', run.dag_id);
    }
    this._monitor.again();
  }

  /** Answer what a run asks a person. */
  async answer(run: Run, stage: string, approved: boolean): Promise<void> {
    const trans = this._trans;
    const words = { going: trans.__('Answering'), done: '', failed: trans.__('Not answered') };
    const asked = { ...given(nameOf(this._project, run)), body: { stage, approved } };
    await this._deeds.do(words, ({ signal }) => this._client.ask('approve', asked, { signal }));
    this._monitor.again();
  }

  /** Open what a run has made, at the cell that failed where one did. */
  async openExecuted(run: Run, book: string): Promise<void> {
    await this._opening.openExecuted(run, nameOf(this._project, run), book);
  }

  async openNotebook(path: string): Promise<void> {
    await this._opening.openNotebook(path);
  }

  /** Open a notebook that brings back what a step was given. */
  async debug(run: Run, step: string, graph: Graph): Promise<void> {
    await this._opening.debug(nameOf(this._project, run), step, graph);
  }

  /** Keep a notebook that can be changed of what a run has made, and open it. */
  async keep(folder: string, name: string, content: Record<string, unknown>): Promise<void> {
    await this._opening.keep(folder, name, content);
  }

  /** Save what a run's notebook wrote beside itself, and show it. */
  async save(run: Run, files: readonly RunFile[]): Promise<void> {
    await this._saving.save(nameOf(this._project, run), files);
  }

  /** What going back to a version would change, or why nobody can say. */
  private async _compared(
    { path, query }: { path: { dag_id: string }; query: { project: string } },
    digest: string,
    signal: AbortSignal
  ): Promise<Difference | ServerFailure> {
    const asked = { path, query: { ...query, digest } };
    try {
      return await this._client.ask('diffBack', asked, { signal });
    } catch (error) {
      if (error instanceof ServerFailure) {
        return error;
      }
      throw error;
    }
  }

  /** Run a notebook on the server's machine; the run as soon as it is one. */
  private async _begin(
    body: { path: string; parameters?: Record<string, unknown>; resume?: string },
    signal: AbortSignal
  ): Promise<Run> {
    const begun = await this._client.ask('run', { body }, { signal });
    const { run, error } = await later(this._client, begun, job => job.run !== null, { signal });
    if (run === null) {
      throw error === null
        ? refusal(this._trans.__('It was cancelled.'))
        : new ServerFailure(error);
    }
    return run;
  }

  private async _stop(run: Run, name: RunName, signal: AbortSignal): Promise<void> {
    if (!run.here) {
      await this._client.ask('cancelRun', given(name), { signal });
      return;
    }
    const jobs = await this._client.ask('jobs', {}, { signal });
    const job = jobs.find(
      one =>
        one.ended === null &&
        one.run !== null &&
        keyOf(nameOf('', one.run)) === keyOf(nameOf('', run))
    );
    if (job === undefined) {
      throw refusal(this._trans.__('It was not started by this server: end it where it runs.'));
    }
    await this._client.ask('cancelJob', { path: { job_id: job.id } }, { signal });
  }

  private _keepAnEyeOn(name: RunName, before: string | null = null): void {
    this._desk.follow(name, before);
    if (this._desk.watches) {
      this._watch.add(name, before);
    }
  }

  private readonly _opening: Opening;
  private readonly _publishing: Publishing;
  private readonly _saving: Saving;

  private get _project(): string {
    return this._monitor.place.project;
  }

  private get _query(): { query: { project: string } } {
    return { query: { project: this._project } };
  }
}
