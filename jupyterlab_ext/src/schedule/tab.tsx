import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { ITranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import React from 'react';

import { bookOf } from '../editing/book';
import { apply } from '../editing/history';
import { markAs } from '../editing/steps';
import type { Run } from '../generated/answers';
import { keepFocus, takeFocus } from '../parts/focus';
import { Followed } from '../parts/followed';
import { ownZone } from '../parts/moments';
import { confirm } from '../parts/question';
import { languageOf } from '../parts/words';
import { outcomeOf } from '../pipeline/outcome';
import type { NotebookPipeline } from '../pipeline/pipeline';
import type { Happening, INbflow } from '../tokens';
import { causesOf } from './causes';
import { Draft } from './draft';
import { Errand } from './errand';
import { Form } from './form/form';
import type { Frame } from './form/frame';
import { scheduleIcon } from './icon';
import { happeningOf } from './outcome';
import type { Progress } from './progress';
import { SavedNotebook } from './saved';

/** What a form works with, once the notebook is there. */
interface Work {
  readonly notebook: SavedNotebook;
  readonly pipeline: NotebookPipeline;
  readonly draft: Draft;
  readonly errand: Errand;
}

/** What the form needs of JupyterLab. */
export interface Lab {
  readonly contents: Contents.IManager;
  showRun(panel: NotebookPanel): Frame['showRun'];
  /** Tell how something ends whose form is closed. */
  outlive(errand: Errand): void;
}

/** What has another version published than before. */
const CHANGING = new Set<Happening['what']>(['published', 'rolledBack', 'unpublished']);

/** The form "Schedule this notebook", of one open notebook. */
export class ScheduleTab extends ReactWidget {
  constructor(
    readonly panel: NotebookPanel,
    private readonly _nbflow: INbflow,
    private readonly _translator: ITranslator,
    private readonly _lab: Lab
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
    this._kept = keepFocus(this.node);
    window.addEventListener('focus', this._renew);
    _nbflow.happened.connect(this._onHappened, this);
    void this._begin();
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.disconnectReceiver(this);
      this._kept.dispose();
      window.removeEventListener('focus', this._renew);
      this._work?.draft.dispose();
      this._leave(this._work?.errand);
      // JupyterLab keeps notebooks that were closed; with one it may keep this tab, and no more.
      this._work = null;
      super.dispose();
    }
  }

  /** Whether it shows how this goes, and how it ends. */
  shows({ job }: Errand): boolean {
    return job !== null && this._work?.errand.job === job;
  }

  /** Whether somebody who looks at the page sees here how a run stands. */
  hasInSight({ dag_id, run_id }: Run): boolean {
    const run = this._work?.errand.now?.run;
    return this.isVisible && run?.dag_id === dag_id && run.run_id === run_id;
  }

  protected override onAfterShow(): void {
    this._renew();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    takeFocus(this.node);
  }

  protected override render(): React.JSX.Element {
    const work = this._work;
    if (work === null) {
      return <p className="nbf-Schedule-page">{this._trans.__('Reading the notebook…')}</p>;
    }
    const signals = [work.draft.changed, work.errand.changed, work.pipeline.changed];
    return <Followed signals={signals}>{() => this._form(work)}</Followed>;
  }

  /** Who closes it has it closed: JupyterLab alone would put it away. */
  protected override onCloseRequest(message: Message): void {
    super.onCloseRequest(message);
    this.dispose();
  }

  /** Of a page that is restored the notebook is not there yet. */
  private async _begin(): Promise<void> {
    const nbflow = this._nbflow;
    const pipeline = await nbflow.ready(this.panel);
    if (this.isDisposed) {
      return;
    }
    const { contents } = this._lab;
    const notebook = new SavedNotebook(this.panel.context, contents, confirm, this._trans);
    const draft = new Draft(notebook, nbflow.client, pipeline.inspection.found);
    const errand = this._errandOf(notebook);
    this._work = { notebook, pipeline, draft, errand };
    this.update();
    const dag = dagOf(draft);
    if (dag === null) {
      draft.inspection.changed.connect(this._onNamed, this);
    }
    await errand.resume(dag);
  }

  /** After a reload the name, by which Airflow is asked, is known later than the notebook. */
  private _onNamed(): void {
    const work = this._work;
    const dag = work && dagOf(work.draft);
    if (work !== null && dag !== null) {
      work.draft.inspection.changed.disconnect(this._onNamed, this);
      // What goes on by now, or has ended just now, is not pushed away.
      if (work.errand.now === null) {
        void work.errand.resume(dag);
      }
    }
  }

  private _errandOf(notebook: SavedNotebook): Errand {
    const errand = new Errand(notebook, this._nbflow.client);
    errand.ended.connect(this._onEnded, this);
    errand.changed.connect(() => this._onBegun(errand.now?.run ?? null), this);
    return errand;
  }

  /** Nobody has to wait for a run that goes: the panel shows it, and its end is told. */
  private _publish(): void {
    const work = this._work;
    if (work?.errand.runs === true) {
      this._leave(work.errand);
      this._work = { ...work, errand: this._errandOf(work.notebook) };
      this.update();
    }
    void this._work?.errand.publish(work?.draft.seen);
  }

  /** What goes on is told when it ends, though nobody sees it here. */
  private _leave(errand: Errand | undefined): void {
    if (errand?.busy === true) {
      errand.leave();
      this._lab.outlive(errand);
    } else {
      errand?.dispose();
    }
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
      zone: ownZone(),
      hue: step => pipeline.hue(step),
      tags: step =>
        [...pipeline.places.values()].flatMap(place =>
          place.step === step ? place.marks.options : []
        ),
      publish: () => this._publish(),
      goTo: cell => this._goTo(cell),
      numberOf: cell => {
        const index = this._indexOf(cell);
        return index < 0 ? null : index + 1;
      },
      makeParameters: cell => this._makeParameters(cell, pipeline),
      confirm,
      showRun: this._lab.showRun(this.panel)
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

  /** It is undone at the cell, as other tags are. */
  private _makeParameters(cell: string, pipeline: NotebookPipeline): void {
    const { model } = this.panel.context;
    pipeline.settle();
    apply(model, markAs(bookOf(model, pipeline.places), cell, 'parameters'));
    this._goTo(cell);
  }

  /** What was refused, or went wrong, shows at its cells, too. */
  private _onEnded(errand: Errand, progress: Progress): void {
    const { kind, failure, run } = progress;
    this._work?.pipeline.tell(outcomeOf(run, failure, this._trans));
    if (errand !== this._work?.errand) {
      return; // Who follows what was left tells the rest.
    }
    if (kind !== 'run') {
      this._renew();
    }
    const happening = happeningOf(progress, this);
    if (happening !== null) {
      this._nbflow.tell(happening);
    }
  }

  /** A run that begins is told at once. */
  private _onBegun(run: Run | null): void {
    if (run !== null && !this._told.has(run.run_id)) {
      this._told.add(run.run_id);
      this._nbflow.tell({ by: this, what: 'ran', dag: run.dag_id });
    }
  }

  /** What was done elsewhere, in the panel say, shows here at once. */
  private _onHappened(_: INbflow, happening: Happening): void {
    const work = this._work;
    if (happening.by === this || work === null) {
      return;
    }
    work.errand.heed(happening);
    const dag = dagOf(work.draft);
    if (happening.what === 'ran' && happening.dag === dag) {
      void work.errand.resume(dag);
    }
    if (happening.dag === dag && CHANGING.has(happening.what)) {
      work.draft.expect();
    }
    this._renew();
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

  private readonly _kept: IDisposable;
  private _work: Work | null = null;
  /** The runs that others were told of: one that is left may go on beside another. */
  private readonly _told = new Set<string>();
}

/** What a notebook is published as, or would be; null where that is not known yet. */
function dagOf(draft: Draft): string | null {
  return draft.meant?.name ?? null;
}
