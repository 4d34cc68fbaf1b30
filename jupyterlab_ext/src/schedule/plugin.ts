import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  ICommandPalette,
  IToolbarWidgetRegistry,
  Notification,
  WidgetTracker
} from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { isExecuted } from '../parts/executed';
import { folderOf } from '../parts/folders';
import { addToNotebooks, panelOf } from '../parts/toolbars';
import { languageOf } from '../parts/words';
import { INbflow } from '../tokens';
import type { Errand } from './errand';
import type { Frame } from './form/frame';
import { scheduleIcon } from './icon';
import { happeningOf, noticeOf } from './outcome';
import type { Progress } from './progress';
import { ScheduleTab } from './tab';

/** The commands; other extensions may run them. */
export const COMMANDS = {
  /** The notebook in front, or the one of `path`; with `new`, a new one in the folder `cwd`. */
  schedule: 'nbflow:schedule',
  /** The notebook that is chosen in the file browser. */
  scheduleFile: 'nbflow:schedule-file'
} as const;

/** The command of the panel with runs, where that is not switched off. */
const SHOW_RUN = 'nbflow:show-runs';

/** The button "Schedule this notebook", and the form that it opens. */
export const schedule: JupyterFrontEndPlugin<void> = {
  id: '@nbflow/jupyterlab:schedule',
  description: 'Schedules a notebook, and runs it.',
  autoStart: true,
  requires: [INbflow, INotebookTracker],
  optional: [
    ITranslator,
    ICommandPalette,
    ILauncher,
    ILayoutRestorer,
    ILabShell,
    IFileBrowserFactory,
    IToolbarWidgetRegistry
  ],
  activate: (
    app: JupyterFrontEnd,
    nbflow: INbflow,
    notebooks: INotebookTracker,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null,
    files: IFileBrowserFactory | null,
    toolbars: IToolbarWidgetRegistry | null
  ): void => {
    const { commands, shell } = app;
    const language = translator ?? nullTranslator;
    const trans = language.load('nbflow');
    const tabs = new WidgetTracker<ScheduleTab>({ namespace: 'nbflow-schedule' });

    nbflow.showing.add(run => tabs.find(tab => tab.hasInSight(run)) !== undefined);
    const showRun = (panel: NotebookPanel): Frame['showRun'] =>
      commands.hasCommand(SHOW_RUN)
        ? ({ dag_id, run_id }) => {
            const project = folderOf(panel.context.localPath);
            void commands.execute(SHOW_RUN, { project, dag_id, run_id });
          }
        : null;
    const outlive = (errand: Errand): void => {
      errand.ended.connect((_, progress) => {
        const happening = happeningOf(progress, errand);
        if (happening !== null) {
          nbflow.tell(happening);
        }
        if (tabs.find(tab => tab.shows(errand)) === undefined) {
          notify(commands, errand, progress, language);
        }
        errand.dispose();
      });
    };
    const lab = { contents: app.serviceManager.contents, showRun, outlive };
    const open = (panel: NotebookPanel): ScheduleTab => {
      const known = tabs.find(tab => tab.panel === panel);
      const tab = known ?? new ScheduleTab(panel, nbflow, language, lab);
      if (known === undefined) {
        panel.context.pathChanged.connect(() => void tabs.save(tab), tab);
        // Nothing is waited for: a page is restored when this is done, and not before.
        void tabs.add(tab);
        void watch(nbflow, tab);
        // Notebook 7 has no room beside a notebook, and a panel on its right.
        const area = labShell === null ? 'right' : 'main';
        // Where a form is to be seen beside it, it comes there: a third column has no room.
        const beside = tabs.find(one => one !== tab && one.isVisible && panel.isVisible);
        const place = beside && ({ mode: 'tab-after', ref: beside.id } as const);
        shell.add(tab, area, place ?? { mode: 'split-right', ref: panel.id });
      }
      shell.activateById(tab.id);
      return tab;
    };

    commands.addCommand(COMMANDS.schedule, {
      label: ({ new: fresh }) =>
        fresh === true ? trans.__('Scheduled Notebook') : trans.__('Schedule This Notebook'),
      caption: trans.__('Say when the notebook runs, publish it, or run it now'),
      icon: scheduleIcon,
      isEnabled: given => given.new === true || asked(given) !== '' || meant(given) !== null,
      execute: async given => {
        const panel = await opened(given);
        if (panel === null || panel.isDisposed) {
          return undefined;
        }
        const tab = open(panel);
        // The launcher puts what it is given in its own place.
        return given.new === true ? panel : tab;
      }
    });
    commands.addCommand(COMMANDS.scheduleFile, {
      label: trans.__('Schedule This Notebook'),
      icon: scheduleIcon,
      execute: () => {
        const [chosen] = files?.tracker.currentWidget?.selectedItems() ?? [];
        return chosen && commands.execute(COMMANDS.schedule, { path: chosen.path });
      }
    });

    /** The toolbar's notebook, or the one in front, that can be scheduled: none of a run. */
    function meant(given: ReadonlyPartialJSONObject): NotebookPanel | null {
      const found = panelOf(notebooks, given);
      return found === null || isExecuted(found.context.path) ? null : found;
    }

    async function opened(given: ReadonlyPartialJSONObject): Promise<NotebookPanel | null> {
      const path = asked(given);
      if (given.new === true) {
        const cwd = given.cwd ?? '';
        const kernelName = app.serviceManager.kernelspecs.specs?.default ?? '';
        const made: unknown = await commands.execute('notebook:create-new', { cwd, kernelName });
        if (!(made instanceof NotebookPanel)) {
          return null;
        }
        await made.context.ready; // It has its place by then; the form comes beside it.
        return made;
      }
      if (path === '') {
        return meant(given);
      }
      const opened: unknown = await commands.execute('docmanager:open', {
        path,
        factory: 'Notebook'
      });
      return opened instanceof NotebookPanel ? opened : null;
    }

    notebooks.currentChanged.connect(() => commands.notifyCommandChanged(COMMANDS.schedule));
    if (toolbars !== null) {
      const button = { name: 'nbflow-schedule', label: trans.__('Schedule') };
      addToNotebooks(toolbars, commands, { command: COMMANDS.schedule, ...button });
    }
    const category = trans.__('nbflow');
    palette?.addItem({ command: COMMANDS.schedule, category });
    launcher?.add({ command: COMMANDS.schedule, args: { new: true }, category, rank: 1 });
    void restorer?.restore(tabs, {
      command: COMMANDS.schedule,
      args: tab => ({ path: tab.panel.context.path }),
      name: tab => tab.panel.context.path
    });
  }
};

/** What is wrong shows at its cell while the form is open, also where no cell has a tag. */
async function watch(nbflow: INbflow, tab: ScheduleTab): Promise<void> {
  const pipeline = await nbflow.ready(tab.panel);
  if (!tab.isDisposed) {
    const watched = pipeline.watch();
    tab.disposed.connect(() => watched.dispose());
  }
}

/** Tell how something ended whose form is closed, with the way to it. */
function notify(
  commands: CommandRegistry,
  errand: Errand,
  progress: Progress,
  translator: ITranslator
): void {
  const trans = translator.load('nbflow');
  const said = noticeOf(errand, progress, trans, languageOf(translator));
  const { message, kind, autoClose, shown } = said;
  const { path } = errand;
  const form = {
    label: trans.__('Open the form'),
    callback: () => void commands.execute(COMMANDS.schedule, { path })
  };
  const panel = shown && {
    label: shown.run_id === undefined ? trans.__('Show the pipeline') : trans.__('Show the run'),
    callback: () => void commands.execute(SHOW_RUN, { ...shown })
  };
  const actions = [panel !== null && commands.hasCommand(SHOW_RUN) ? panel : form];
  Notification.emit(message, kind, { autoClose, actions });
}

/** The path that a command is given; '' of none. */
function asked({ path }: ReadonlyPartialJSONObject): string {
  return typeof path === 'string' ? path : '';
}
