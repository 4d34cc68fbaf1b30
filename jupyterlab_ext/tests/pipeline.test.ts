import { NotebookModel } from '@jupyterlab/notebook/lib/model';

import type { Inspected } from '../src/generated/answers';
import { NotebookPipeline } from '../src/pipeline/pipeline';
import { Preferences } from '../src/pipeline/preferences';

/** What is shared of a notebook, and of a cell. */
interface Shared {
  ydoc: { on(event: 'update', told: () => void): void };
  ymodel: Map<string, Map<string, string[]>>;
}

/** A real notebook, as the editor has it, and what the server was asked about it. */
class Opened {
  readonly model = new NotebookModel();
  readonly preferences = new Preferences();
  readonly asked: Record<string, unknown>[] = [];
  found = { setup: [], steps: [] } as unknown as Inspected;
  readonly pipeline: NotebookPipeline;

  constructor(...tags: (string[] | null)[]) {
    this.model.sharedModel.insertCells(
      0,
      tags.map(found => ({
        cell_type: found === null ? 'markdown' : 'code',
        source: 'x = 1',
        metadata: found === null ? {} : { tags: found }
      }))
    );
    this.pipeline = new NotebookPipeline(this.model, this.preferences, content => {
      this.asked.push(content);
      return Promise.resolve(this.found);
    });
  }

  get places(): string[] {
    return Array.from(this.model.cells, cell => {
      const place = this.pipeline.places.get(cell.id);
      return `${place?.role ?? 'unknown'} ${place?.step ?? ''}`.trim();
    });
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const settled = (): Promise<void> => jest.advanceTimersByTimeAsync(100);
const paused = (): Promise<void> => jest.advanceTimersByTimeAsync(1100);

test('an opened notebook has its places at once', () => {
  const book = new Opened(['imports'], null, ['step:a'], []);
  expect(book.places).toEqual(['setup', 'text', 'step a', 'step a']);
});

test('a tag that is edited moves the cells below, too, and is told once', async () => {
  const book = new Opened(['step:a'], [], ['step:b']);
  let told = 0;
  book.pipeline.changed.connect(() => (told += 1));
  book.model.cells.get(0).setMetadata('tags', ['step:c']);
  book.model.cells.get(2).setMetadata('tags', ['skip']);
  await settled();
  expect(book.places).toEqual(['step c', 'step c', 'skip']);
  expect(told).toBe(1);
});

test('cells that are added, moved and removed have their places', async () => {
  const book = new Opened(['step:a'], ['step:b']);
  book.model.sharedModel.insertCell(2, { cell_type: 'code', source: '' });
  await settled();
  expect(book.places).toEqual(['step a', 'step b', 'step b']);
  book.model.sharedModel.moveCell(2, 1);
  await settled();
  expect(book.places).toEqual(['step a', 'step a', 'step b']);
  book.model.sharedModel.deleteCell(0);
  await settled();
  expect(book.places).toEqual(['leading', 'step b']);
});

test('a tag that was added without a signal is seen when its cell is read again', async () => {
  const book = new Opened(['step:a'], []);
  const cell = book.model.cells.get(1);
  const { ymodel } = cell.sharedModel as unknown as Shared;
  ymodel.get('metadata')?.get('tags')?.push('step:b');
  let shared = 0;
  (book.model.sharedModel as unknown as Shared).ydoc.on('update', () => (shared += 1));
  let told = 0;
  book.pipeline.changed.connect(() => (told += 1));
  book.pipeline.reread(book.model.cells.get(0));
  await settled();
  expect(told).toBe(0);
  book.pipeline.reread(cell);
  await settled();
  expect([told, book.places]).toEqual([1, ['step a', 'step b']]);
  // Whoever else has the notebook open sees it too, and it is kept.
  expect(shared).toBe(1);
  expect(cell.getMetadata('tags')).toEqual(['step:b']);
});

test('typing tells of no new places', async () => {
  const book = new Opened(['step:a']);
  let told = 0;
  book.pipeline.changed.connect(() => (told += 1));
  for (let count = 0; count < 50; count++) {
    book.model.cells.get(0).sharedModel.setSource(`x = ${count}`);
  }
  await settled();
  expect(told).toBe(0);
  expect(book.asked).toEqual([]);
});

test('the server is asked about what is not saved, without outputs', async () => {
  const book = new Opened(['step:a']);
  const source = 'print("much")';
  book.model.cells.get(0).sharedModel.setSource(source);
  await paused();
  expect(book.asked).toHaveLength(1);
  expect(book.asked[0]?.cells).toMatchObject([{ cell_type: 'code', source, outputs: [] }]);
});

test('a notebook without tags is checked while somebody wants to make a pipeline of it', async () => {
  const book = new Opened([]);
  await paused();
  expect(book.asked).toEqual([]);
  const [one, other] = [book.pipeline.watch(), book.pipeline.watch()];
  await paused();
  expect(book.asked).toHaveLength(1);
  one.dispose();
  expect(book.pipeline.inspection.found).toBe(book.found);
  other.dispose();
  expect([book.pipeline.inspection.found, book.pipeline.declared]).toEqual([null, false]);
  book.model.cells.get(0).sharedModel.setSource('x = 2');
  await paused();
  expect(book.asked).toHaveLength(1);
});

test('one with tags is checked after that as before', async () => {
  const book = new Opened(['step:a']);
  const watched = book.pipeline.watch();
  await paused();
  watched.dispose();
  expect(book.pipeline.inspection.found).toBe(book.found);
});

test('what the code of the first cells tells is shown', async () => {
  const book = new Opened([], ['step:a']);
  book.found.steps = [
    { name: 'start', cells: [book.model.cells.get(0).id], needs: [], profile: null, metrics: [] }
  ];
  expect(book.places).toEqual(['leading', 'step a']);
  await paused();
  expect(book.places).toEqual(['step start', 'step a']);
});

test('a notebook without any of our tags is left alone', async () => {
  const book = new Opened(['hide-input'], []);
  await paused();
  expect(book.pipeline.declared).toBe(false);
  expect(book.asked).toEqual([]);
  book.model.cells.get(1).setMetadata('tags', ['skip']);
  await paused();
  expect(book.pipeline.declared).toBe(true);
  expect(book.asked).toHaveLength(1);
});

test('options make a notebook a pipeline', async () => {
  const book = new Opened([]);
  book.model.setMetadata('nbflow', { schedule: '@daily' });
  await settled();
  expect(book.pipeline.declared).toBe(true);
});

test('who hides the pipeline has nothing checked, and what was found is forgotten', async () => {
  const book = new Opened(['step:a']);
  await paused();
  book.preferences.update({ show: false });
  expect(book.pipeline.inspection.found).toBeNull();
  book.model.cells.get(0).sharedModel.setSource('y = 2');
  await paused();
  expect(book.asked).toHaveLength(1);
  book.preferences.update({ show: true });
  await paused();
  expect(book.asked).toHaveLength(2);
});

test('what was found elsewhere holds until the author writes something', () => {
  const book = new Opened(['step:a']);
  const found = { severity: 'error', message: 'it failed', cell: null, line: null } as const;
  book.pipeline.tell([{ ...found, code: null, hint: null }]);
  book.model.setMetadata('kernelspec', { name: 'python3', display_name: 'Python 3' });
  expect(book.pipeline.told).toHaveLength(1);
  book.model.cells.get(0).sharedModel.setSource('x = 2');
  expect(book.pipeline.told).toEqual([]);
});

test('a closed notebook is followed no more', async () => {
  const book = new Opened(['step:a']);
  let told = 0;
  book.pipeline.changed.connect(() => (told += 1));
  book.pipeline.dispose();
  book.model.cells.get(0).setMetadata('tags', ['step:b']);
  await paused();
  expect([told, book.asked]).toEqual([0, []]);
});

test('settings of another kind than they should be change nothing', () => {
  const preferences = new Preferences();
  const before = preferences.now;
  preferences.update({ show: 'yes', check: null, delay: '1', other: 1 });
  expect(preferences.now).toEqual(before);
});
