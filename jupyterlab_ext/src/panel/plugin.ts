import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { PageConfig } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { isExecuted } from '../parts/executed';
import { folderOf } from '../parts/folders';
import { endInWords, endOf, failureInWords, toldOf } from '../parts/told';
import { languageOf } from '../parts/words';
import type { NotebookPipeline } from '../pipeline/pipeline';
import { INbflow } from '../tokens';
import { Actions } from './actions';
import { Deeds } from './deeds';
import { LabDesk } from './desk';
import { ExecutedDrive } from './drive';
import { showAsExecuted } from './executed';
import { runsIcon } from './icon';
import { remember } from './memory';
import { Monitor } from './monitor';
import { Outcomes } from './outcomes';
import { RunsPanel } from './panel';
import { keyOf } from './place';
import { Projects } from './projects';
import { Watch } from './watch';

const ID = '@nbflow/jupyterlab:panel';

/** The commands; other extensions may run them. */
const COMMANDS = { show: 'nbflow:show-runs' } as const;

/** Where the panel stands in the sidebar: below those of JupyterLab. */
const RANK = 600;

/** Shows pipelines and their runs in a panel, and tells when watched runs end. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows pipelines and their runs in a panel.',
  autoStart: true,
  requires: [INbflow, INotebookTracker, IDocumentManager, ISettingRegistry, IStateDB],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    nbflow: INbflow,
    notebooks: INotebookTracker,
    documents: IDocumentManager,
    registry: ISettingRegistry,
    states: IStateDB,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const { commands, shell, serviceManager } = app;
    const { client } = nbflow;
    const translation = translator ?? nullTranslator;
    const language = languageOf(translation);
    const trans = translation.load('nbflow');
    const { contents, serverSettings } = serviceManager;
    contents.addDrive(new ExecutedDrive(client, contents, serverSettings, trans));
    // The address of a page names what is in front. No file browser can go there, which JupyterLab
    // would complain of; what was open comes back all the same.
    if (isExecuted(PageConfig.getOption('treePath'))) {
      PageConfig.setOption('treePath', '');
    }

    const choices = { watch: true, wraps: true };
    const monitor = new Monitor(client);
    const deeds = new Deeds();
    const watch = new Watch(client);
    const outcomes = new Outcomes(client, path => pipelinesAt(path, notebooks, nbflow), trans);
    const desk = new LabDesk(
      nbflow,
      commands,
      documents,
      outcomes,
      trans,
      language,
      () => choices.watch
    );
    const actions = new Actions(client, monitor, deeds, watch, desk, trans);
    const projects = new Projects(monitor, () => frontOf(notebooks));
    const loaded = registry.load(ID);
    const setWraps = (wraps: boolean): void => {
      void loaded.then(settings => settings.set('wrap', wraps));
    };
    const frame = { monitor, projects, actions, deeds, watch, trans, language, setWraps };
    const widget = new RunsPanel(() => ({
      ...frame,
      folders: foldersOf(notebooks),
      wraps: choices.wraps
    }));
    shell.add(widget, 'left', { rank: RANK, type: 'nbflow' });
    restorer?.add(widget, widget.id);
    nbflow.happened.connect((_, { by, what }) => {
      if (by !== desk) {
        if (what === 'published') {
          deeds.forget(); // What is told to be unpublished is there again.
        }
        monitor.renew();
      }
    });
    notebooks.widgetAdded.connect((_, notebook) => {
      if (isExecuted(notebook.context.path)) {
        showAsExecuted(notebook, actions, trans);
      }
      widget.update();
    });

    void loaded.then(settings => {
      const update = (): void => {
        const { watch: watches, wrap, seconds } = settings.composite;
        choices.watch = watches !== false;
        choices.wraps = wrap !== false;
        widget.update();
        monitor.seconds = typeof seconds === 'number' ? seconds : 5;
      };
      settings.changed.connect(update);
      update();
    });
    void remember(states, monitor, watch, projects).then(() =>
      notebooks.currentChanged.connect(() => projects.follow())
    );

    /** Notifications by runs: of one that went on, the end that it had before is taken away. */
    const told = new Map<string, string>();
    watch.ended.connect((_, { name, run }) => {
      const before = told.get(keyOf(name));
      if (before !== undefined) {
        Notification.dismiss(before);
      }
      if ([...nbflow.showing].some(hasInSight => hasInSight(run))) {
        return; // It is said there, where a notification would be in the way.
      }
      const { kind, autoClose } = toldOf(endOf(run));
      const end = endInWords(run, trans, language);
      const [cause] = run.steps.flatMap(step => failureInWords(step, trans) ?? []);
      const id = Notification.emit(kind === 'error' && cause ? `${end}. ${cause}` : end, kind, {
        autoClose,
        actions: [
          {
            label: trans.__('Show the run'),
            callback: () => void commands.execute(COMMANDS.show, { ...name })
          }
        ]
      });
      told.set(keyOf(name), id);
    });

    commands.addCommand(COMMANDS.show, {
      label: trans.__('Show Pipelines and Runs'),
      caption: trans.__('Show the pipelines that are published, and their runs'),
      icon: runsIcon,
      execute: given => {
        const { project, dag_id, run_id } = textsOf(given);
        const there = project === undefined ? {} : { project };
        if (dag_id !== undefined && run_id !== undefined) {
          monitor.go({ ...there, pipeline: null, run: { dag_id, run_id } });
        } else if (dag_id !== undefined || project !== undefined) {
          monitor.go({ ...there, pipeline: dag_id ?? null, run: null });
        }
        shell.activateById(widget.id);
      }
    });
    palette?.addItem({ command: COMMANDS.show, category: trans.__('nbflow') });
  }
};

/** The folders of the notebooks that are open. */
function foldersOf(notebooks: INotebookTracker): string[] {
  const folders: string[] = [];
  notebooks.forEach(({ context }) => {
    if (!isExecuted(context.path)) {
      folders.push(folderOf(context.path));
    }
  });
  return [...new Set(folders)];
}

/** What the notebooks mean that are open at a path. */
function pipelinesAt(
  path: string,
  notebooks: INotebookTracker,
  nbflow: INbflow
): NotebookPipeline[] {
  return notebooks
    .filter(({ context }) => context.localPath === path && !isExecuted(context.path))
    .flatMap(panel => nbflow.pipeline(panel) ?? []);
}

/** The folder of the notebook in front; null of none that somebody writes. */
function frontOf(notebooks: INotebookTracker): string | null {
  const path = notebooks.currentWidget?.context.path;
  return path === undefined || isExecuted(path) ? null : folderOf(path);
}

/** What a command is given, as far as it is text. */
function textsOf(given: ReadonlyPartialJSONObject): Partial<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(given).filter((one): one is [string, string] => typeof one[1] === 'string')
  );
}
