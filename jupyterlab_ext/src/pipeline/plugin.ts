import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { Client } from '../client/client';
import { INbflow } from '../tokens';
import { Nbflow } from './nbflow';
import { Preferences } from './preferences';

const ID = '@nbflow/jupyterlab:pipelines';

/** The commands; other extensions may run them. */
export const COMMANDS = { toggle: 'nbflow:toggle-pipeline' } as const;

/** Keeps the pipelines of open notebooks, and the choice whether they are shown. */
export const pipelines: JupyterFrontEndPlugin<INbflow> = {
  id: ID,
  description: 'Keeps the pipelines that open notebooks mean.',
  autoStart: true,
  provides: INbflow,
  requires: [INotebookTracker, ISettingRegistry],
  optional: [ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    registry: ISettingRegistry,
    translator: ITranslator | null,
    palette: ICommandPalette | null
  ): INbflow => {
    const trans = (translator ?? nullTranslator).load('nbflow');
    const preferences = new Preferences();
    const client = new Client(app.serviceManager.serverSettings);
    void follow(registry, preferences);
    app.commands.addCommand(COMMANDS.toggle, {
      label: trans.__('Show Pipeline in Notebooks'),
      caption: trans.__('Show the steps of notebooks, and what is wrong with them'),
      isToggleable: true,
      isToggled: () => preferences.now.show,
      execute: () => registry.set(ID, 'show', !preferences.now.show)
    });
    preferences.changed.connect(() => app.commands.notifyCommandChanged(COMMANDS.toggle));
    palette?.addItem({ command: COMMANDS.toggle, category: 'nbflow' });
    return new Nbflow(tracker, client, preferences);
  }
};

/** Let preferences be what the settings say, now and later. */
async function follow(registry: ISettingRegistry, preferences: Preferences): Promise<void> {
  const settings = await registry.load(ID);
  settings.changed.connect(() => preferences.update(settings.composite));
  preferences.update(settings.composite);
}
