import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';

import { optionsOf, same, valueAt, withOption } from '../parts/options';
import type { Options, Where } from '../parts/options';
import { KEY } from './book';
import type { Change } from './book';

/** What of Yjs undoes a notebook's changes; JupyterLab's interfaces do not speak of it. */
interface UndoManager {
  readonly undoStack: Item[];
  readonly redoStack: Item[];
  stopCapturing(): void;
  on(event: 'stack-item-popped', told: (event: Popped) => void): void;
}

interface Item {
  readonly meta: Map<unknown, unknown>;
}

interface Popped {
  readonly stackItem: Item;
  readonly type: 'undo' | 'redo';
}

/** The options before and after a change. */
interface Step {
  readonly before: Options;
  readonly after: Options;
}

const followed = new WeakSet<UndoManager>();

/**
 * Change a notebook through its shared model, as one step to undo.
 *
 * JupyterLab undoes what is done to cells alone. So what was done to the options is noted at the
 * same step, and goes back with it.
 */
export function apply(model: INotebookModel, change: Change): void {
  const before = optionsOf(model.getMetadata(KEY));
  const otherOptions = !same(before, change.options);
  const otherCells = change.tags.size + change.sources.size + change.gone.length > 0;
  if (model.readOnly || !(otherCells || otherOptions)) {
    return;
  }
  const manager = managerOf(model);
  manager.stopCapturing(); // What was written just now stays when this is undone.
  model.sharedModel.transact(() => {
    changeCells(model, change);
    writeOptions(model, change.options);
    if (!otherCells) {
      touch(model);
    }
  });
  const step: Step = { before, after: change.options };
  if (otherOptions) {
    manager.undoStack.at(-1)?.meta.set(KEY, step);
  }
  manager.stopCapturing();
}

function changeCells(model: INotebookModel, { tags, sources, gone }: Change): void {
  for (const { sharedModel } of model.cells) {
    const source = sources.get(sharedModel.id);
    if (source !== undefined) {
      rewrite(sharedModel, source);
    }
    const after = tags.get(sharedModel.id);
    if (after !== undefined && after.length > 0) {
      sharedModel.setMetadata('tags', [...after]);
    } else if (after !== undefined) {
      sharedModel.deleteMetadata('tags');
    }
  }
  for (const id of gone) {
    const index = Array.from(model.cells).findIndex(cell => cell.id === id);
    if (index >= 0) {
      model.sharedModel.deleteCell(index);
    }
  }
}

/** Change what differs alone: cursors stay, and what a colleague writes elsewhere in the cell. */
function rewrite(cell: ICellModel['sharedModel'], after: string): void {
  const before = cell.getSource();
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start += 1;
  }
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) {
    end += 1;
  }
  cell.updateSource(start, before.length - end, after.slice(start, after.length - end));
}

/** Write a cell as it is: else there would be nothing to undo. */
function touch(model: INotebookModel): void {
  const [first] = model.sharedModel.cells;
  const { ymodel } = first as unknown as { ymodel: { set(key: string, value: string): void } };
  ymodel.set('id', first?.id ?? '');
}

function managerOf(model: INotebookModel): UndoManager {
  const { undoManager } = model.sharedModel as unknown as { undoManager: UndoManager };
  if (!followed.has(undoManager)) {
    followed.add(undoManager);
    undoManager.on('stack-item-popped', ({ stackItem, type }) => {
      const step = stackItem.meta.get(KEY) as Step | undefined;
      if (step !== undefined) {
        const opposite = type === 'undo' ? undoManager.redoStack : undoManager.undoStack;
        opposite.at(-1)?.meta.set(KEY, step);
        takeBack(model, type === 'undo' ? step : { before: step.after, after: step.before });
      }
    });
  }
  return undoManager;
}

/** Take a change of options back; what somebody has chosen elsewhere in them stays. */
function takeBack(model: INotebookModel, { before, after }: Step): void {
  const now = optionsOf(model.getMetadata(KEY));
  writeOptions(
    model,
    same(now, after)
      ? before
      : differences(before, after).reduce(
          (options, where) => withOption(options, where, valueAt(before, where)),
          now
        )
  );
}

/** Where two options differ. */
function differences(one: Options, other: Options, above: Where = []): Where[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].flatMap(name => {
    const where = [...above, name];
    if (same(one[name], other[name])) {
      return [];
    }
    const inside = [one[name], other[name]].map(optionsOf);
    const [first, second] = inside;
    const deep = inside.every(at => Object.keys(at).length > 0);
    return deep && first && second ? differences(first, second, where) : [where];
  });
}

function writeOptions(model: INotebookModel, options: Options): void {
  if (Object.keys(options).length === 0) {
    model.deleteMetadata(KEY);
  } else {
    model.setMetadata(KEY, options);
  }
}
