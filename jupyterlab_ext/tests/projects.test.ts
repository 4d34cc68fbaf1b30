import type { IStateDB } from '@jupyterlab/statedb';

import { remember } from '../src/panel/memory';
import { Monitor } from '../src/panel/monitor';
import { Projects } from '../src/panel/projects';
import { Watch } from '../src/panel/watch';
import { READY, failing, server } from './asked';
import type { Given } from './asked';
import { Opened, settled } from './opened';

/** What is kept of the panel in a browser. */
type Kept = Record<string, unknown> | undefined;

/** Folders of projects by folders in them; null of those that are gone. */
type Folders = Record<string, string | null>;

const gone = failing('usage', "there is no folder 'a'");
const monitors: Monitor[] = [];
afterEach(() => monitors.splice(0).forEach(one => one.dispose()));

/** The panel's projects as they are after the page was opened, with a notebook in front. */
async function begun(front: string | null, kept?: Kept, folders: Folders = {}) {
  const { client } = server({
    pipelines: () => ({ pipelines: [], total: 0, unasked: null }),
    settings: ({ query }: Given) => {
      const asked = String(query?.project);
      const folder = asked in folders ? folders[asked] : asked;
      return folder === null ? gone() : { folder, airflow: READY };
    }
  });
  const monitor = new Monitor(client);
  monitor.active = true;
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

test('what is shown is the folder of the project that the notebook in front is in', async () => {
  const { monitor, projects, show } = await begun('a/reports', undefined, {
    ...{ 'a/reports': 'a', 'a/more': 'a' }
  });
  await settled();
  expect([monitor.place.project, projects.seen]).toEqual(['a', ['a']]);
  expect([projects.homeOf('a/reports'), show('a/reports'), show('b')]).toEqual(['a', 'a', 'b']);
  monitor.go({ project: 'a/more', run: { dag_id: 'book', run_id: 'r1' } });
  await settled();
  expect([monitor.place.project, monitor.place.run?.run_id]).toEqual(['a', 'r1']);
});

test('who chooses another folder of the project in front goes with it', async () => {
  const { monitor, projects, show } = await begun('a/reports', undefined, {
    ...{ 'a/reports': 'a', 'a/more': 'a' }
  });
  await settled();
  projects.choose('a/more');
  await settled();
  expect([monitor.place.project, projects.chosen, show('b')]).toEqual(['a', false, 'b']);
});

test('where the folder that is shown is gone, the one is shown that it was in', async () => {
  const folders: Folders = {};
  const { monitor, projects } = await begun('a/b/c', undefined, folders);
  await settled();
  monitor.go({ run: { dag_id: 'book', run_id: 'r1' } });
  Object.assign(folders, { 'a/b/c': null, 'a/b': null });
  monitor.renew();
  await settled();
  expect(monitor.place).toMatchObject({ project: 'a', run: null });
  expect(projects.seen).toEqual(['a']);
});

test('a list or a run that nobody can tell of is looked into: its folder may be gone', async () => {
  let refused = false;
  const none = { pipelines: [], total: 0, unasked: null };
  const panel = new Opened({
    pipelines: ({ query }) => (refused && query?.project === 'work' ? gone() : none),
    settings: ({ query }) => (refused && query?.project === 'work' ? gone() : { airflow: READY })
  });
  await panel.said('Nothing is published in “work” yet');
  refused = true;
  panel.monitor.again();
  await panel.said('Nothing is published in “top folder” yet');
  panel.close();
});

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
