import type { NotebookPanel } from '@jupyterlab/notebook';
import type { ITranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import React from 'react';

import type { Run } from '../generated/answers';
import { Followed } from '../parts/followed';
import { failuresOf } from '../parts/states';
import { languageOf } from '../parts/words';
import type { NotebookPipeline } from '../pipeline/pipeline';
import type { Happening, INbflow } from '../tokens';
import { causesOf } from './causes';
import { Draft } from './draft';
import { Errand } from './errand';
import type { Progress } from './errand';
import { Form } from './form/form';
import type { Frame } from './form/frame';
import { scheduleIcon } from './icon';

/** What a form works with, once the notebook is there. */
interface Work {
  readonly pipeline: NotebookPipeline;
  readonly draft: Draft;
  readonly errand: Errand;
}

/** The form "Schedule this notebook", of one open notebook. */
export class ScheduleTab extends ReactWidget {
  constructor(
    readonly panel: NotebookPanel,
    private readonly _nbflow: INbflow,
    private readonly _translator: ITranslator,
    private readonly _showRun: () => Frame['showRun']
  ) {
    super();
    this.id = `nbf-schedule-${panel.id}`;
    this.addClass('nbf-Page');
    this.addClass('nbf-Schedule');
    this.title.icon = scheduleIcon;
    this.title.closable = true;
    this._entitle();
    panel.context.pathChanged.connect(this._onPath, this);
    panel.disposed.connect(this.dispose, this);
    this.node.addEventListener('keydown', event => this._onKey(event));
    window.addEventListener('focus', this._renew);
    _nbflow.happened.connect(this._onHappened, this);
    void this._begin();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.disconnectReceiver(this);
      window.removeEventListener('focus', this._renew);
      this._work?.draft.dispose();
      this._work?.errand.dispose();
      // JupyterLab keeps notebooks that were closed; with one it may keep this tab, and no more.
      this._work = null;
      super.dispose();
    }
  }

  protected override onAfterShow(): void {
    this._renew();
  }

  protected override render(): React.JSX.Element {
    const work = this._work;
    if (work === null) {
      return <p className="nbf-Schedule-page">{this._trans.__('Reading the notebook…')}</p>;
    }
    const signals = [work.draft.changed, work.errand.changed, work.pipeline.changed];
    return <Followed signals={signals}>{() => this._form(work)}</Followed>;
  }

  /** Of a page that is restored the notebook is not there yet. */
  private async _begin(): Promise<void> {
    const nbflow = this._nbflow;
    const pipeline = await nbflow.ready(this.panel);
    if (this.isDisposed) {
      return;
    }
    const { context } = this.panel;
    const notebook = {
      model: context.model,
      path: () => context.localPath,
      save: async () => {
        if (context.model.dirty && !context.model.readOnly) {
          await context.save();
        }
      }
    };
    const draft = new Draft(notebook, nbflow.client, pipeline.inspection.found);
    const errand = new Errand(notebook, nbflow.client);
    errand.ended.connect(this._onEnded, this);
    errand.changed.connect(() => this._onBegun(errand.now?.run ?? null), this);
    this._work = { pipeline, draft, errand };
    this.update();
    await errand.resume();
  }

  private _form(work: Work): React.JSX.Element {
    return <Form frame={this._frame(work)} title={this._trans.__('Schedule %1', this._name())} />;
  }

  private _frame({ draft, errand, pipeline }: Work): Frame {
    return {
      draft,
      errand,
      causes: causesOf(draft.findings, draft.meant),
      trans: this._trans,
      language: languageOf(this._translator),
      hue: step => pipeline.hue(step),
      tags: step =>
        [...pipeline.places.values()].flatMap(place =>
          place.step === step ? place.marks.options : []
        ),
      goTo: cell => this._goTo(cell),
      numberOf: cell => {
        const index = this._indexOf(cell);
        return index < 0 ? null : index + 1;
      },
      showRun: this._showRun()
    };
  }

  private get _trans(): ReturnType<ITranslator['load']> {
    return this._translator.load('nbflow');
  }

  private _name(): string {
    return this.panel.context.localPath.split('/').at(-1) ?? '';
  }

  private _entitle(): void {
    this.title.label = this._trans.__('Schedule %1', this._name().replace(/\.ipynb$/, ''));
    this.title.caption = this.panel.context.localPath;
    this.update();
  }

  private _onPath(): void {
    this._entitle();
    this._work?.draft.moved();
  }

  private _indexOf(cell: string): number {
    return this.panel.content.widgets.findIndex(one => one.model.id === cell);
  }

  private _goTo(cell: string): void {
    const index = this._indexOf(cell);
    if (index >= 0) {
      const { content } = this.panel;
      content.activeCellIndex = index;
      void content.scrollToItem(index);
      content.activate();
    }
  }

  /** What was refused, or went wrong, shows at its cells, too. */
  private _onEnded(_: Errand, { kind, state, failure, run, published }: Progress): void {
    // Of a run that somebody has ended nothing is wrong with the notebook.
    const told = failuresOf(state === 'cancelled' ? null : run).map(one => ({
      message: `${one.ename}: ${one.evalue}`,
      hint: one.hint,
      cell: one.cell
    }));
    if (told.length === 0 && run !== null && failure !== null) {
      told.push({ message: failure.message, hint: failure.hint, cell: failure.cell });
    }
    this._work?.pipeline.tell([
      ...(failure?.diagnostics ?? []),
      ...told.map(one => ({
        ...one,
        ...{ code: null, severity: 'error' as const, line: null },
        message: this._trans.__('In the last run: %1', one.message)
      }))
    ]);
    if (kind !== 'run') {
      this._renew();
    }
    if (kind === 'publish' && state === 'done') {
      this._nbflow.tell({ by: this, what: 'published', dag: published?.dag_id ?? null });
    } else if (kind === 'airflowUp' || run !== null) {
      const what = kind === 'airflowUp' ? 'airflow' : 'ran';
      this._nbflow.tell({ by: this, what, dag: run?.dag_id ?? null });
    }
  }

  /** A run that begins is told at once. */
  private _onBegun(run: Run | null): void {
    if (run !== null && run.run_id !== this._told) {
      this._told = run.run_id;
      this._nbflow.tell({ by: this, what: 'ran', dag: run.dag_id });
    }
  }

  /** What was done elsewhere, in the panel say, shows here at once. */
  private _onHappened(_: INbflow, happening: Happening): void {
    if (happening.by !== this) {
      this._work?.errand.heed(happening);
      this._renew();
    }
  }

  /** Who comes back to the form sees what others have published meanwhile. */
  private readonly _renew = (): void => {
    this._work?.draft.renew();
  };

  private _onKey(event: KeyboardEvent): void {
    const choices = this._work?.draft.choices;
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !['z', 'y'].includes(key)) {
      return;
    }
    // The browser's own undo would change a field, and nothing that it stands for.
    event.preventDefault();
    event.stopPropagation();
    if (key === 'y' || event.shiftKey) {
      choices?.redo();
    } else {
      choices?.undo();
    }
  }

  private _work: Work | null = null;
  /** The run that others were told of. */
  private _told: string | null = null;
}
