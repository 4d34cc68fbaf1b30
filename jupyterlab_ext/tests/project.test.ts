import { Project } from '../src/parts/project';
import { READY, STOPPED, failing, server } from './asked';
import type { Answers, Given } from './asked';
import { Held } from './held';

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  opened.splice(0).forEach(one => one.dispose());
  jest.useRealTimers();
});

const opened: Project[] = [];
const soon = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

/** What the project of a folder offers, which changes, and what its server was asked. */
function offered(answers: Answers): {
  project: Project;
  at: { folder: string };
  counted: (name: string) => number;
} {
  const { client, asked } = server(answers);
  const at = { folder: 'a' };
  const project = new Project(client, () => at.folder);
  opened.push(project);
  return { project, at, counted: name => asked.filter(([one]) => one === name).length };
}

test('what is known is of the folder that was asked about last, whichever answer comes last', async () => {
  const slow = new Held({ airflow: STOPPED });
  const { project, at } = offered({
    settings: ({ query }) => (query?.project === 'a' ? slow.answer : { airflow: READY })
  });
  void project.load(null);
  at.folder = 'b';
  void project.load(null);
  await soon();
  slow.release();
  await soon();
  expect([project.known, project.settings?.folder]).toEqual(['b', 'b']);
  expect(project.airflow?.state).toBe('ready');
});

test('that another folder cannot be looked at is not said of the one that was asked about last', async () => {
  const slow = new Held(null);
  const { project, at } = offered({
    settings: async ({ query }: Given) => {
      if (query?.project === 'a') {
        await slow.answer;
        failing('usage', 'there is no folder a')();
      }
      return { airflow: READY };
    }
  });
  void project.load(null);
  at.folder = 'b';
  void project.load(null);
  await soon();
  slow.release();
  await soon();
  expect([project.known, project.failure]).toEqual(['b', null]);
});

test('the profiles are those of the team that was asked about last', async () => {
  const profile = { cpu: null, memory: null, disk: null, gpu: null, image: null, price: null };
  const slow = new Held([{ ...profile, name: 'gpu', allowed: false }]);
  const { project } = offered({
    profiles: ({ query }) =>
      query?.team === undefined ? slow.answer : [{ ...profile, name: 'gpu', allowed: true }]
  });
  void project.load(null);
  void project.load('ml');
  await soon();
  slow.release();
  await soon();
  expect(project.profile('gpu')?.allowed).toBe(true);
});

test('as long as a folder is asked about, nothing is said of it that is true of another', async () => {
  const slow = new Held({ airflow: READY });
  const { project, at } = offered({
    settings: ({ query }) => (query?.project === 'a' ? { airflow: STOPPED } : slow.answer)
  });
  await project.load(null);
  expect(project.airflow?.state).toBe('stopped');
  const told = jest.fn();
  project.changed.connect(told);
  at.folder = 'b';
  void project.load(null);
  expect([project.known, project.settings, project.airflow]).toEqual([null, null, null]);
  expect([project.profiles, told.mock.calls.length]).toEqual([[], 1]);
  slow.release();
  await soon();
  expect(project.airflow?.state).toBe('ready');
});

test('while the same is asked again what is known stays, and where that fails', async () => {
  let away = false;
  const refuse = failing('unreachable', 'away');
  const { project } = offered({ settings: () => (away ? refuse() : { airflow: READY }) });
  await project.load(null);
  away = true;
  const asked = project.load('ml');
  expect(project.airflow?.state).toBe('ready');
  await asked;
  expect([project.airflow?.state, project.failure?.message]).toEqual(['ready', 'away']);
});

test('however often the same is asked for, one request is on its way, and one comes after it', async () => {
  const states = [STOPPED, READY];
  let slow = new Held({});
  const { project, counted } = offered({
    settings: async () => {
      await slow.answer;
      return { airflow: states.shift() };
    },
    airflow: () => STOPPED
  });
  const asked = Promise.all(Array.from({ length: 9 }, () => project.load('ml')));
  await soon();
  expect([counted('settings'), counted('profiles')]).toEqual([1, 1]);
  const first = slow;
  slow = new Held({});
  first.release();
  await soon();
  expect([counted('settings'), project.airflow?.state]).toEqual([2, 'stopped']);
  slow.release();
  await asked;
  // What was done between the first request and the last is seen.
  expect([counted('settings'), project.airflow?.state]).toEqual([2, 'ready']);
});

test('how Airflow was is not shown of another folder, nor after a newer answer', async () => {
  let slow = new Held(STOPPED);
  let state: unknown = STOPPED;
  const { project, at, counted } = offered({
    settings: () => ({ airflow: state }),
    airflow: () => slow.answer
  });
  await project.load(null);
  await soon();
  expect(counted('airflow')).toBe(1);
  state = READY;
  await project.load(null);
  slow.release();
  await soon();
  expect(project.airflow?.state).toBe('ready');
  [slow, state] = [new Held(STOPPED), STOPPED];
  await project.load(null);
  await soon();
  expect(counted('airflow')).toBe(2);
  [at.folder, state] = ['b', READY];
  await project.load(null);
  slow.release();
  await soon();
  expect([project.known, project.airflow?.state]).toEqual(['b', 'ready']);
});

test('an Airflow that is not ready is looked at only while somebody wants to know', async () => {
  const { client, asked } = server({
    settings: () => ({ airflow: STOPPED }),
    airflow: () => STOPPED
  });
  const looked = (): boolean => asked.some(([name]) => name === 'airflow');
  let wanted = false;
  const project = new Project(
    client,
    () => 'a',
    () => wanted
  );
  opened.push(project);
  await project.load(null);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(looked()).toBe(false);
  wanted = true;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(looked()).toBe(true);
});
