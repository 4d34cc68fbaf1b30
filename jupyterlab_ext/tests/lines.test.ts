import { Follower } from '../src/panel/follower';
import { Lines } from '../src/panel/lines';
import { failing, run, server, step } from './asked';
import type { Answers, Given } from './asked';

const NAME = { project: 'work', dag_id: 'book', run_id: 'r1' };
const { signal } = new AbortController();

/** A server that answers questions about logs when it is told to, in whatever order. */
function late(answers: Answers = {}) {
  const open: { given: Given; say: (value: unknown) => void }[] = [];
  const logs = (given: Given): unknown =>
    new Promise(resolve => open.push({ given, say: resolve }));
  const { client } = server({ ...answers, logs });
  /** Answer the question that was asked as the so-manyth. */
  const say = async (index: number, ...texts: string[]): Promise<void> => {
    const asked = open[index];
    const after = Number(asked?.given.query?.after);
    const lines = texts.map(text => ({ step: 'fit', cell: null, moment: null, level: null, text }));
    asked?.say({ lines, next: after + texts.length, finished: false });
    await passed();
  };
  return { client, open, say };
}

async function passed(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 0));
}

const textsOf = (lines: Lines | null): string[] => (lines?.all ?? []).map(one => one.text);

test('lines that are asked for twice at once are there once', async () => {
  const { client, open, say } = late();
  const lines = new Lines(client, NAME, 'fit');
  const reads = [lines.read('1', false, signal), lines.read('1', false, signal)];
  await passed();
  for (let index = 0; index < open.length; index++) {
    await say(index, 'one', 'two');
  }
  await Promise.all(reads);
  expect([textsOf(lines), lines.left, lines.loaded]).toEqual([['one', 'two'], 0, true]);
  const next = lines.read('1', true, signal);
  await passed();
  expect(open.at(-1)?.given.query?.after).toBe(2);
  await say(open.length - 1, 'three');
  await next;
  expect(textsOf(lines)).toEqual(['one', 'two', 'three']);
});

test('what an earlier try has written is not told of the next one, however late it comes', async () => {
  const { client, open, say } = late();
  const lines = new Lines(client, NAME, 'fit');
  const reads = [lines.read('1', false, signal), lines.read('2', false, signal)];
  await passed();
  expect(open).toHaveLength(2);
  await say(1, 'second');
  await say(0, 'first', 'first still');
  await Promise.all(reads);
  expect([textsOf(lines), lines.left]).toEqual([['second'], 0]);
});

test('a log that could not be read is read again', async () => {
  let asked = failing('unreachable', 'away') as () => unknown;
  const { client } = server({ logs: () => asked() });
  const lines = new Lines(client, NAME, 'fit');
  await lines.read('1', false, signal);
  expect([lines.failure?.message, lines.loaded]).toEqual(['away', true]);
  asked = () => ({ lines: [{ text: 'one' }], next: 1, finished: false });
  await lines.read('1', false, signal);
  expect([lines.failure, textsOf(lines)]).toEqual([null, ['one']]);
});

test('who chooses a step, and soon after another, sees the log of that one once', async () => {
  const steps = [step('wait', 'success'), step('fit', 'success')];
  const { client, open, say } = late({
    getRun: () => run('running', { steps }),
    graph: () => ({ steps: [], notebook: null })
  });
  const follower = new Follower(client, NAME, run('running', { steps }));
  const all = [follower.choose('wait'), follower.choose('fit'), follower.look()];
  await passed();
  for (let index = 0; index < open.length; index++) {
    const ofFit = open[index]?.given.query?.step === 'fit';
    await say(index, ...(ofFit ? ['one', 'two'] : ['waits']));
  }
  await Promise.all(all);
  expect([follower.lines?.step, textsOf(follower.lines)]).toEqual(['fit', ['one', 'two']]);
  follower.dispose();
});

test('how a run stood before is not told after how it stands', async () => {
  const answers: ((value: unknown) => void)[] = [];
  const { client } = server({
    getRun: () => new Promise(resolve => answers.push(resolve)),
    graph: () => ({ steps: [], notebook: null })
  });
  const follower = new Follower(client, NAME);
  const looks = [follower.look(), follower.look()];
  await passed();
  answers[1]?.(run('success'));
  await passed();
  answers[0]?.(run('running'));
  await Promise.all(looks);
  expect(follower.run?.state).toBe('success');
  follower.dispose();
});
