import type { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { CommandToolbarButton } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** A button that runs a command about the notebook in whose toolbar it is. */
interface Button {
  readonly command: string;
  /** The item's name in the settings' schema, which says where it stands. */
  readonly name: string;
  /** The word on it; without one it has its icon alone. */
  readonly label: string;
}

/** Says which notebook the button of a toolbar is about, in a command's arguments. */
const PANEL = 'panel';

/** Put a command in the toolbar of each notebook, about that one and not about the current one. */
export function addToNotebooks(
  toolbars: IToolbarWidgetRegistry,
  commands: CommandRegistry,
  { command, name, label }: Button
): void {
  toolbars.addFactory<NotebookPanel>('Notebook', name, ({ id, toolbar }) => {
    const args = { toolbar: true, [PANEL]: id };
    const { noFocusOnClick } = toolbar;
    return new CommandToolbarButton({ commands, id: command, args, label, noFocusOnClick });
  });
}

/** Put a command in the toolbar of cells, about the notebook that has the cell. */
export function addToCells(
  toolbars: IToolbarWidgetRegistry,
  commands: CommandRegistry,
  tracker: INotebookTracker,
  { command, name, label }: Button
): void {
  toolbars.addFactory<Cell>('Cell', name, cell => {
    // An executed notebook has cells of the same ids.
    const panel = tracker.find(({ content }) => content.widgets.includes(cell));
    const args = { toolbar: true, [PANEL]: panel?.id ?? '' };
    return new CommandToolbarButton({ commands, id: command, args, label });
  });
}

/** The notebook that a command is about: that of its toolbar, else the current one. */
export function panelOf(
  tracker: INotebookTracker,
  given: ReadonlyPartialJSONObject
): NotebookPanel | null {
  const id = given[PANEL];
  return typeof id === 'string'
    ? (tracker.find(panel => panel.id === id) ?? null)
    : tracker.currentWidget;
}
