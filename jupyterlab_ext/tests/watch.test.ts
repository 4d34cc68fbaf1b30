import type { Run } from '../src/generated/answers';
import { Watch } from '../src/panel/watch';
import { endOf, toldOf } from '../src/parts/told';
import { failing, run, server } from './asked';
import type { Given } from './asked';
import { Held } from './held';

const NAME = { project: 'work', dag_id: 'book', run_id: 'r1' };

/** A watch over a server that says so of the run, and what it told. */
function watching(say: (given: Given) => unknown): {
  watch: Watch;
  told: string[];
  pass(ms: number): void;
} {
  let now = 1000;
  const told: string[] = [];
  const watch = new Watch(server({ getRun: say }).client, () => now);
  watch.ended.connect((_, { name, run: ended }) => told.push(`${name.run_id} ${ended.state}`));
  opened.push(watch);
  return {
    watch,
    told,
    pass: ms => {
      now += ms;
    }
  };
}

const opened: Watch[] = [];
afterEach(() => opened.splice(0).forEach(watch => watch.dispose()));

test('the end of a watched run is told once', async () => {
  let state: Run['state'] = 'running';
  const { watch, told } = watching(() => run(state, { ended: null }));
  watch.add(NAME);
  await watch.look();
  expect([told, watch.has(NAME)]).toEqual([[], true]);
  state = 'failed';
  await watch.look();
  await watch.look();
  expect([told, watch.has(NAME)]).toEqual([['r1 failed'], false]);
});

test('right after it was told to go on, the end that it had before is none', async () => {
  let found = run('failed', { ended: 'before' });
  const { watch, told } = watching(() => found);
  watch.add(NAME, 'before');
  await watch.look();
  expect(told).toEqual([]);
  found = run('running', { ended: null });
  await watch.look();
  found = run('failed', { ended: 'after' });
  await watch.look();
  expect(told).toEqual(['r1 failed']);
});

test('of a run that goes on while others are looked at, the end that it had before is none', async () => {
  const slow = new Held(run('running', { ended: null }));
  let found = run('failed', { ended: 'before', run_id: 'r2' });
  const { watch, told } = watching(({ path }) => (path?.run_id === 'r2' ? found : slow.answer));
  const name = { ...NAME, run_id: 'r2' };
  watch.add(NAME);
  watch.add(name);
  const looked = watch.look();
  watch.add(name, 'before');
  slow.release();
  await looked;
  expect([told, watch.has(name)]).toEqual([[], true]);
  found = run('success', { ended: 'after', run_id: 'r2' });
  await watch.look();
  expect(told).toEqual(['r2 success']);
});

test('that a run failed is told until it is seen, and how others ended for some seconds', () => {
  const states = ['failed', 'cancelled', 'success'] as const;
  const told = states.map(state => toldOf(endOf(run(state))));
  expect(told.map(one => [one.kind, one.autoClose !== false])).toEqual([
    ['error', false],
    ['info', true],
    ['success', true]
  ]);
});

test('a run that never went on is not waited for', async () => {
  const { watch, told, pass } = watching(() => run('failed', { ended: 'before' }));
  watch.add(NAME, 'before');
  pass(61_000);
  await watch.look();
  expect(told).toEqual(['r1 failed']);
});

test('what was watched when the page was closed is watched, and nothing else that was kept', async () => {
  const { watch, told } = watching(() => run('success', { ended: 'x' }));
  watch.restore([{ ...NAME, before: null, since: 1 }, { dag_id: 5 }, null]);
  expect(watch.all).toHaveLength(1);
  await watch.look();
  expect(told).toEqual(['r1 success']);
});

test('a server that is away is asked again, and nobody waits for ever', async () => {
  const { watch, told, pass } = watching(failing('unreachable', 'away'));
  watch.add(NAME);
  await watch.look();
  expect(watch.has(NAME)).toBe(true);
  pass(31 * 24 * 3600 * 1000);
  await watch.look();
  expect([told, watch.has(NAME)]).toEqual([[], false]);
});
