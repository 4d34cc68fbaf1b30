import type { RunFile } from '../src/generated/answers';
import { bytesInWords } from '../src/parts/sizes';
import { failing, run, step } from './asked';
import type { Answers, Given } from './asked';
import { FAILED, open, panel, said, settled } from './opened';
import { ServerFailure } from '../src/client/failure';

afterEach(() => panel.close());

const FILES: RunFile[] = [
  { name: 'model.bin', size: 1_234_567, step: 'fit' },
  { name: 'out/plot.png', size: 5, step: 'load' }
];

/** A server that has saved files in `work`, where there are others in the place of these. */
function saving(...taken: string[]): Answers['saveRunFiles'] {
  return ({ body }: Given) => {
    const names = body?.names as string[];
    const files = names.filter(name => taken.includes(name));
    if (files.length > 0 && body?.replace !== true) {
      const about = { hint: null, status: 409, forcible: true, files };
      throw new ServerFailure({ code: 'already-there', message: 'there', ...about });
    }
    return { folder: 'work', files: names.map(name => `work/${name}`) };
  };
}

function sent(): unknown[] {
  return panel.asked.filter(([name]) => name === 'saveRunFiles').map(([, { body }]) => body);
}

function saveButtons(): (string | null)[] {
  return panel.all('.nbf-File button').map(one => one.getAttribute('aria-label'));
}

test('the files of a run are told with size and step, each with a button', async () => {
  await open({ runFiles: () => FILES }, { run: FAILED });
  await said('model.bin');
  const texts = panel.all('.nbf-File').map(one => one.textContent);
  expect(texts).toEqual(['model.binSave1.2 MB · from fit', 'out/plot.pngSave5 bytes · from load']);
  expect(saveButtons()).toEqual(['Save model.bin', 'Save out/plot.png']);
});

test('a run that has left none shows nothing of it, and nothing is asked where none is kept', async () => {
  await open({}, { run: FAILED });
  await said('Log of');
  expect(panel.given('runFiles')).toBeDefined();
  expect(panel.text).not.toContain('Files');
  panel.close();
  const gone = { ...FAILED, stored: false };
  await open({ getRun: () => gone }, { run: gone });
  await said('Log of');
  expect(panel.given('runFiles')).toBeUndefined();
});

test('one that is saved is opened, and where it is is said', async () => {
  await open({ runFiles: () => FILES, saveRunFiles: saving() }, { run: FAILED });
  await said('model.bin');
  await panel.press('Save');
  await said('Saved work/model.bin');
  expect(sent()).toEqual([{ names: ['model.bin'], replace: false }]);
  expect(panel.given('saveRunFiles')?.path).toEqual({ dag_id: 'book', run_id: 'r1' });
  expect([panel.opened, panel.questions]).toEqual([['work/model.bin 1234567'], []]);
});

test('all that are saved are shown in their folder', async () => {
  await open({ runFiles: () => FILES, saveRunFiles: saving() }, { run: FAILED });
  await said('model.bin');
  await panel.press('Save All');
  await said('Saved 2 files in “work”');
  expect(sent()).toEqual([{ names: ['model.bin', 'out/plot.png'], replace: false }]);
  expect(panel.opened).toEqual(['work/']);
});

describe('where another file is in the place of one', () => {
  async function save(chosen: string, button = 'Save All'): Promise<void> {
    const answers = { runFiles: () => FILES, saveRunFiles: saving('model.bin') };
    await open(answers, { run: FAILED });
    await said('model.bin');
    panel.chosen = chosen;
    await panel.press(button);
    expect(panel.questions[0]?.title).toBe('Replace a file?');
    expect(panel.questions[0]?.body).toContain('There is another model.bin already.');
  }

  test('nothing is saved once somebody leaves it', async () => {
    await save('');
    expect(sent()).toHaveLength(1);
    expect([panel.opened, panel.deeds.now]).toEqual([[], null]);
  });

  test('it is replaced once somebody says so', async () => {
    await save('replace', 'Save');
    await said('Saved work/model.bin');
    expect(sent().at(-1)).toEqual({ names: ['model.bin'], replace: true });
  });

  test('the others are saved without it', async () => {
    await save('rest');
    await said('Saved work/out/plot.png');
    expect(sent().at(-1)).toEqual({ names: ['out/plot.png'], replace: false });
    expect(panel.opened).toEqual(['work/']);
  });
});

test('that they cannot be saved is told, and why', async () => {
  const refuse = failing('usage', 'no room', 'Make some.');
  await open({ runFiles: () => FILES, saveRunFiles: refuse }, { run: FAILED });
  await said('model.bin');
  await panel.press('Save All');
  await said('They are not saved');
  expect(panel.text).toContain('no room. Make some.');
  expect([panel.opened, panel.questions]).toEqual([[], []]);
});

test('of many twenty are shown, and the others on demand', async () => {
  const many = Array.from({ length: 130 }, (_, index) => ({ ...FILES[0], name: `f${index}` }));
  await open({ runFiles: () => many, saveRunFiles: saving() }, { run: FAILED });
  await said('f19');
  expect(panel.all('.nbf-File')).toHaveLength(20);
  await panel.press('and 110 more');
  expect(panel.all('.nbf-File')).toHaveLength(120);
  await panel.press('and 10 more');
  expect(panel.all('.nbf-File')).toHaveLength(130);
  await panel.press('Save All');
  expect((sent()[0] as { names: string[] }).names).toHaveLength(130);
});

test('while a run goes they are asked for once a step has ended, and no more often', async () => {
  let found: RunFile[] = [];
  let steps = [step('load', 'running'), step('fit', 'queued')];
  const going = run('running', { ...FAILED, state: 'running', ended: null });
  const getRun = (): unknown => ({ ...going, steps });
  await open({ getRun, runFiles: () => found }, { run: going });
  await said('Log of');
  const asked = (): number => panel.asked.filter(([name]) => name === 'runFiles').length;
  expect(asked()).toBe(0);
  found = FILES;
  steps = [step('load', 'success'), step('fit', 'running')];
  for (let looks = 0; looks < 3; looks++) {
    await panel.monitor.look();
  }
  await said('model.bin');
  expect(asked()).toBe(1);
  steps = [step('load', 'success'), step('fit', 'success')];
  await panel.monitor.look();
  await panel.monitor.look();
  expect(asked()).toBe(2);
});

test('that nobody can say which there are is told, and asked again', async () => {
  let refuse: () => unknown = failing('store', 'the store is away');
  await open({ runFiles: () => refuse() }, { run: FAILED });
  await said('Which files it has left is not known: the store is away');
  expect(panel.all('.nbf-File')).toEqual([]);
  refuse = () => FILES;
  await panel.monitor.look();
  await said('model.bin');
  await settled();
  expect(panel.text).not.toContain('the store is away');
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [1_500_000, '1.5 MB'],
  [2_000_000_000, '2 GB'],
  [5e15, '5,000 TB']
])('%i bytes are told as %s', (bytes, words) => {
  expect(bytesInWords(bytes, 'en-GB')).toBe(words);
});
