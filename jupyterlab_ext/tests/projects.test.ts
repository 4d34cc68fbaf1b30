import type { IStateDB } from '@jupyterlab/statedb';

import { remember } from '../src/panel/memory';
import { Monitor } from '../src/panel/monitor';
import { Projects } from '../src/panel/projects';
import { Watch } from '../src/panel/watch';
import { server } from './asked';
import { Opened, settled } from './opened';

/** What is kept of the panel in a browser. */
type Kept = Record<string, unknown> | undefined;

const monitors: Monitor[] = [];
afterEach(() => monitors.splice(0).forEach(one => one.dispose()));

/** The panel's projects as they are after the page was opened, with a notebook in front. */
async function begun(front: string | null, kept?: Kept) {
  const { client } = server({ pipelines: () => ({ pipelines: [], total: 0, unasked: null }) });
  const monitor = new Monitor(client);
  monitors.push(monitor);
  const now = { front, kept };
  const projects = new Projects(monitor, () => now.front);
  const states = {
    fetch: () => Promise.resolve(now.kept),
    save: (_: string, value: Kept) => {
      now.kept = JSON.parse(JSON.stringify(value)) as Kept;
      return Promise.resolve();
    }
  } as unknown as IStateDB;
  const watch = new Watch(client);
  await remember(states, monitor, watch, projects);
  const show = (folder: string | null): string => {
    now.front = folder;
    projects.follow();
    return monitor.place.project;
  };
  return { monitor, projects, now, show };
}

/** Until what has changed is kept. */
const keeping = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 400));

test('the panel starts at the project of the notebook in front, and goes with it', async () => {
  const { monitor, show } = await begun('projects/churn');
  expect(monitor.place.project).toBe('projects/churn');
  expect([show('projects/other'), show(null), show('')]).toEqual([
    'projects/other',
    'projects/other',
    ''
  ]);
});

test('who has chosen a project stays there, until they choose the one in front', async () => {
  const { monitor, projects, show } = await begun('a');
  projects.choose('b');
  expect([monitor.place.project, show('c')]).toEqual(['b', 'b']);
  projects.choose('c');
  expect(show('d')).toBe('d');
});

test('a run that somebody has opened stays while other notebooks come in front', async () => {
  const { monitor, show } = await begun('a');
  monitor.go({ run: { dag_id: 'book', run_id: 'r1' } });
  expect([show('b'), monitor.place.run?.run_id]).toEqual(['a', 'r1']);
  monitor.go({ run: null });
  expect(show('c')).toBe('c');
});

test('projects that were looked at, and a choice, are there after a reload', async () => {
  const first = await begun('a');
  first.show('b');
  first.projects.choose('c');
  await keeping();
  const second = await begun('a', first.now.kept);
  expect(second.projects.seen).toEqual(['c', 'b', 'a']);
  expect([second.monitor.place.project, second.projects.chosen]).toEqual(['c', true]);
});

test.each([null, 5, { seen: 'a', chosen: 'yes' }, { seen: [1, null] }])(
  'of projects that were kept as %j nothing is believed',
  async projects => {
    const { projects: found } = await begun('a', { place: {}, projects });
    expect([found.seen, found.chosen]).toEqual([['a', ''], false]);
  }
);

test('an empty list says of which project it is, and the root has a name', async () => {
  const panel = new Opened({
    pipelines: () => ({ total: 0, unasked: null, pipelines: [] }),
    runs: () => ({ runs: [], further: null, unasked: null })
  });
  await panel.said('Nothing is published in “work” yet');
  panel.projects.choose('');
  await panel.said('Nothing is published in “top folder” yet');
  panel.monitor.go({ list: 'runs' });
  await panel.said('Nothing has run in “top folder” yet');
  const options = panel.all('.nbf-Panel-project option').map(one => one.textContent);
  expect(options).toEqual(['top folder', 'work']);
  await settled();
  panel.close();
});
