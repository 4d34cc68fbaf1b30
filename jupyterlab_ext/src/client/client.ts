import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type { Actions } from '../generated/actions';
import type { Job } from '../generated/answers';
import { PLACES } from '../generated/places';
import type { Questions } from '../generated/questions';
import { ServerFailure, isErrorAnswer } from './failure';

/** All endpoints by name. */
export type Endpoints = Questions & Actions;

/** What an endpoint takes: the values of its path, its query and its body. */
export type Given<Name extends keyof Endpoints> = Omit<Endpoints[Name], 'answer' | 'result'>;

/** What an endpoint answers. */
export type Answer<Name extends keyof Endpoints> = Endpoints[Name]['answer'];

/** The endpoints that take long, and answer with a job. */
export type JobName = {
  [Name in keyof Endpoints]: Endpoints[Name] extends { result: unknown } ? Name : never;
}[keyof Endpoints];

/** What comes of a job. */
export type Result<Name extends JobName> = Endpoints[Name] extends { result: infer R } ? R : never;

/** A request as the client sends it. */
interface Sent {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: Record<string, unknown>;
}

/** Seconds that the server may wait for a job's next change before it answers. */
const PATIENCE = 20;

/** Asks nbflow's extension of Jupyter Server. */
export class Client {
  constructor(settings: ServerConnection.ISettings = ServerConnection.makeSettings()) {
    this._settings = settings;
  }

  /**
   * Ask an endpoint.
   *
   * Base URL, token and XSRF cookie are as JupyterLab's own requests have them.
   *
   * @throws ServerFailure - it was refused, failed, or was not reached.
   */
  async ask<Name extends keyof Endpoints>(
    name: Name,
    given: Given<Name>,
    options: { signal?: AbortSignal } = {}
  ): Promise<Answer<Name>> {
    const { path = {}, query = {}, body } = given as Sent;
    const place = PLACES[name];
    const init: RequestInit = { method: place.method, signal: options.signal ?? null };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
    }
    const url = this._url(place.path, path) + queried(query);
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this._settings);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw unreachable(error);
    }
    return (await read(response)) as Answer<Name>;
  }

  /**
   * Begin what takes long, and wait for what comes of it.
   *
   * @param told - is given the job each time that it has changed.
   * @param signal - ends the waiting; the job goes on in the server.
   * @throws ServerFailure - as `ask`, and the job failed or was cancelled.
   */
  async work<Name extends JobName>(
    name: Name,
    given: Given<Name>,
    options: { told?: (job: Job) => void; signal?: AbortSignal } = {}
  ): Promise<Result<Name>> {
    const { told, ...rest } = options;
    const job = (await this.ask(name, given, rest)) as Job;
    return this.follow<Name>(job, { told, ...rest });
  }

  /**
   * Wait for what comes of a job that was begun, here or by somebody else.
   *
   * @throws ServerFailure - as `work`.
   */
  async follow<Name extends JobName>(
    begun: Job,
    options: { told?: ((job: Job) => void) | undefined; signal?: AbortSignal } = {}
  ): Promise<Result<Name>> {
    const job = await later(this, begun, () => false, options);
    if (job.state === 'success') {
      return job.result as Result<Name>;
    }
    throw new ServerFailure(
      job.error ?? { code: 'cancelled', message: 'It was cancelled.', hint: null, status: 0 }
    );
  }

  private _url(place: string, values: Record<string, string>): string {
    const filled = place.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(values[name] ?? '')
    );
    return URLExt.join(this._settings.baseUrl, 'nbflow/api', filled);
  }

  private readonly _settings: ServerConnection.ISettings;
}

/**
 * A job as it is once it is as wanted, or has ended.
 *
 * @param told - is given the job now, and each time that it has changed.
 */
export async function later(
  client: Pick<Client, 'ask'>,
  begun: Job,
  wanted: (job: Job) => boolean,
  options: { told?: ((job: Job) => void) | undefined; signal?: AbortSignal } = {}
): Promise<Job> {
  const { told, ...rest } = options;
  let job = begun;
  told?.(job);
  while ((job.state === 'queued' || job.state === 'running') && !wanted(job)) {
    const query = { after: job.version, wait: PATIENCE };
    job = await client.ask('job', { path: { job_id: job.id }, query }, rest);
    told?.(job);
  }
  return job;
}

/** The query's part of a URL, empty where nothing is asked. */
function queried(query: NonNullable<Sent['query']>): string {
  const values = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]]
  );
  return values.length === 0 ? '' : `?${new URLSearchParams(values).toString()}`;
}

async function read(response: Response): Promise<unknown> {
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw unintelligible(response);
  }
  if (response.ok) {
    return body;
  }
  throw isErrorAnswer(body) ? new ServerFailure(body) : unintelligible(response);
}

function unreachable(error: unknown): ServerFailure {
  return new ServerFailure({
    code: 'unreachable',
    message: 'Jupyter Server does not answer',
    hint: error instanceof Error ? error.message : null,
    status: 0
  });
}

function unintelligible(response: Response): ServerFailure {
  const missing = response.status === 404;
  return new ServerFailure({
    code: 'unintelligible',
    message: missing
      ? 'Jupyter Server has no nbflow'
      : `Jupyter Server answered ${response.status}, and not as nbflow does`,
    hint: missing ? 'Install nbflow in the environment that Jupyter Server runs in.' : null,
    status: response.status
  });
}
