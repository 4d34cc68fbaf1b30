/** @jest-environment node */
import { ServerConnection } from '@jupyterlab/services';

import { Client } from '../src/client/client';
import { ServerFailure } from '../src/client/failure';

type Answers = (request: Request) => Response | Promise<Response>;

function client(answers: Answers): { client: Client; asked: Request[] } {
  const asked: Request[] = [];
  const settings = ServerConnection.makeSettings({
    baseUrl: 'http://hub.example/user/ann/',
    token: 'abc',
    fetch: async input => {
      asked.push(input as Request);
      return answers(input as Request);
    }
  });
  return { client: new Client(settings), asked };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

async function failure(asking: Promise<unknown>): Promise<ServerFailure> {
  const error: unknown = await asking.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ServerFailure);
  return error as ServerFailure;
}

test('a question goes to the base URL with what it asks, and the token', async () => {
  const { client: one, asked } = client(() => json({ times: [] }));
  const query = { schedule: '0 7 * * mon-fri', timezone: 'Europe/Berlin', count: 5 };
  expect(await one.ask('nextRuns', { query })).toEqual({ times: [] });
  const url = new URL(asked[0]?.url ?? '');
  expect(url.pathname).toBe('/user/ann/nbflow/api/next-runs');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({ ...query, count: '5' });
  expect(asked[0]?.headers.get('Authorization')).toBe('token abc');
});

test('names in a path are quoted, and a body is sent as JSON', async () => {
  const { client: one, asked } = client(() => json({ stage: 'a' }));
  const path = { dag_id: 'team/train', run_id: 'manual__2026-11-29T00:00:00+00:00' };
  await one.ask('approve', { path, query: {}, body: { approved: true } });
  expect(asked[0]?.method).toBe('POST');
  expect(asked[0]?.url).toContain('/runs/team%2Ftrain/manual__2026-11-29T00%3A00%3A00%2B00%3A00/');
  expect(await asked[0]?.json()).toEqual({ approved: true });
});

test('an error of the server is told with its code, its hint and its cell', async () => {
  const said = { code: 'notebook', message: 'it is broken', hint: 'mend it', cell: 'c1' };
  const { client: one } = client(() => json({ ...said, status: 422 }, 422));
  const error = await failure(one.ask('inspect', { body: { path: 'a.ipynb' } }));
  expect(error).toMatchObject({ ...said, status: 422, diagnostics: [] });
});

test.each([
  ['a server without nbflow', () => new Response('<html>', { status: 404 }), 'has no nbflow'],
  ['a proxy that answers itself', () => new Response('<html>', { status: 502 }), 'answered 502'],
  ['an answer that is no JSON', () => new Response('<html>'), 'answered 200'],
  ['an error of another form', () => json({ message: 'no', reason: null }, 403), 'answered 403']
])('%s is told as such', async (_, answers, words) => {
  const error = await failure(client(answers).client.ask('vocabulary', {}));
  expect(error.code).toBe('unintelligible');
  expect(error.message).toContain(words);
});

test('a server that is gone is told as unreachable', async () => {
  const { client: one } = client(() => Promise.reject(new TypeError('no route')));
  expect(await failure(one.ask('vocabulary', {}))).toMatchObject({ code: 'unreachable' });
});

test('who no longer wants an answer gets no failure of the server', async () => {
  const stopped = new AbortController();
  const { client: one } = client(() => {
    stopped.abort();
    return Promise.reject(new Error('aborted'));
  });
  const error: unknown = await one
    .ask('vocabulary', {}, { signal: stopped.signal })
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'AbortError' });
});

test('a job is followed until it has a result', async () => {
  const states = ['queued', 'running', 'success'];
  const { client: one, asked } = client(() => {
    const state = states.shift();
    const result = state === 'success' ? { stopped: true } : null;
    return json({ id: 'j1', state, version: 3 - states.length, result, error: null });
  });
  const told: string[] = [];
  const result = await one.work(
    'airflowDown',
    { query: {} },
    { told: job => told.push(job.state) }
  );
  expect(result).toEqual({ stopped: true });
  expect(told).toEqual(['queued', 'running', 'success']);
  expect(asked.map(request => new URL(request.url).pathname.split('api')[1])).toEqual([
    '/airflow/down',
    '/jobs/j1',
    '/jobs/j1'
  ]);
});

test.each([
  ['failed', { code: 'target', message: 'no disk', hint: null, status: 502 }, 'no disk'],
  ['cancelled', null, 'It was cancelled.']
])('a job that %s is told as a failure', async (state, error, message) => {
  const { client: one } = client(() => json({ id: 'j1', state, version: 1, error }));
  const caught = await failure(one.work('publish', { body: { path: 'a.ipynb' } }));
  expect(caught.message).toBe(message);
});
