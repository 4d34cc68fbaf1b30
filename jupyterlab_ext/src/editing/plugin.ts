import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { INotebookTools, INotebookTracker } from '@jupyterlab/notebook';
import type { NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { addToCells, panelOf } from '../parts/toolbars';
import type { NotebookPipeline } from '../pipeline/pipeline';
import { INbflow } from '../tokens';
import { COMMANDS } from './commands';
import { Desk } from './desk';
import { editIcon } from './icon';
import { InlineEditor } from './inline';
import { InspectorTool } from './inspector';
import { askName } from './naming';
import { namedStep } from './steps';

/** What one notebook is edited with. */
interface Bench {
  readonly pipeline: NotebookPipeline;
  readonly desk: Desk;
  readonly inline: InlineEditor;
}

/** Edits steps and what is said about them, at the cell and in the property inspector. */
export const editing: JupyterFrontEndPlugin<void> = {
  id: '@nbflow/jupyterlab:editing',
  description: 'Edits the steps of a notebook at its cells.',
  autoStart: true,
  requires: [INbflow, INotebookTracker],
  optional: [ITranslator, ICommandPalette, INotebookTools, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    nbflow: INbflow,
    tracker: INotebookTracker,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    tools: INotebookTools | null,
    toolbars: IToolbarWidgetRegistry | null
  ): void => {
    const { commands } = app;
    const trans = (translator ?? nullTranslator).load('nbflow');
    const benches = new Map<NotebookPanel, Bench>();
    const tool = new InspectorTool(panel => benches.get(panel)?.desk, trans);

    const follow = (): void => {
      if (tools !== null) {
        tool.follow();
      }
    };
    const told = (): void => {
      for (const command of Object.values(COMMANDS)) {
        commands.notifyCommandChanged(command);
      }
    };
    nbflow.opened.connect((_, { panel, pipeline }) => {
      const { context, content } = panel;
      const notebook = { model: context.model, path: () => context.localPath };
      const desk = new Desk(notebook, pipeline, nbflow.client);
      const inline = new InlineEditor(content, desk, trans);
      benches.set(panel, { pipeline, desk, inline });
      desk.changed.connect(told);
      panel.disposed.connect(() => {
        benches.delete(panel);
        inline.dispose();
        desk.dispose();
        follow();
      });
      follow();
    });

    /** The active cell of the toolbar's notebook, or of the one in front. */
    const active = (given: ReadonlyPartialJSONObject): (Bench & { cell: Cell }) | null => {
      const panel = panelOf(tracker, given);
      const cell = panel?.content.activeCell;
      const bench = panel === null ? undefined : benches.get(panel);
      // A notebook that is being closed has no cells any more.
      return bench === undefined || bench.desk.isDisposed || cell?.model.type !== 'code'
        ? null
        : { ...bench, cell };
    };
    const step = (given: ReadonlyPartialJSONObject): string | null => {
      const at = active(given);
      return at === null ? null : namedStep(at.desk.book, at.cell.model.id);
    };

    commands.addCommand(COMMANDS.edit, {
      label: trans.__('Edit Step of Cell'),
      caption: trans.__('Edit the step of the cell, and how it runs'),
      icon: editIcon,
      isEnabled: given => active(given) !== null,
      // Where nothing says that the notebook is a pipeline, its cells' toolbars are as they were.
      isVisible: given =>
        given.toolbar !== true ||
        (nbflow.preferences.now.show && active(given)?.pipeline.declared === true),
      execute: async given => {
        const at = active(given);
        await at?.inline.toggle(at.cell);
      }
    });
    commands.addCommand(COMMANDS.rename, {
      label: trans.__('Rename Step…'),
      caption: trans.__('Give the step of the cell another name, wherever it is named'),
      isEnabled: given => step(given) !== null && active(given)?.desk.readOnly === false,
      execute: async given => {
        const [at, name] = [active(given), step(given)];
        if (at !== null && name !== null) {
          await askName(at.desk, name, trans);
        }
      }
    });
    tracker.activeCellChanged.connect(told);
    nbflow.preferences.changed.connect(told);

    if (toolbars !== null) {
      const button = { name: 'nbflow-edit-step', label: '' };
      addToCells(toolbars, commands, tracker, { command: COMMANDS.edit, ...button });
    }
    const category = trans.__('nbflow');
    palette?.addItem({ command: COMMANDS.edit, category });
    palette?.addItem({ command: COMMANDS.rename, category });
    tools?.addSection({ sectionName: 'nbflow', label: trans.__('Pipeline') });
    tools?.addItem({ tool, section: 'nbflow' });
  }
};
