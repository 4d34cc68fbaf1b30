import type { Run } from '../generated/answers';
import { GOING } from '../parts/states';

/** Which run is meant. */
export interface RunName {
  /** A folder of its project, in the server's contents. */
  readonly project: string;
  readonly dag_id: string;
  readonly run_id: string;
}

/** Which runs are listed: all, or those in some states. */
export const KINDS = ['all', 'going', 'failed', 'success'] as const;

export type Kind = (typeof KINDS)[number];

/** Which pipelines are listed: all, or those that are so; the newest run counts. */
export const STATES_OF_PIPELINES = ['all', 'paused', 'going', 'failed', 'success'] as const;

export type StateOfPipelines = (typeof STATES_OF_PIPELINES)[number];

/** What the panel shows; it is kept when the page is closed. */
export interface Place {
  /** A folder of the project, in the server's contents. */
  readonly project: string;
  readonly list: 'pipelines' | 'runs';
  /** What is looked for in the names of pipelines. */
  readonly contains: string;
  readonly state: StateOfPipelines;
  readonly kind: Kind;
  /** The pipeline that is opened; null of none. */
  readonly pipeline: string | null;
  /** The run that is opened; null of none. */
  readonly run: { readonly dag_id: string; readonly run_id: string } | null;
}

export const START: Place = {
  ...{ project: '', list: 'pipelines', contains: '', state: 'all', kind: 'all' },
  ...{ pipeline: null, run: null }
};

/** Which page of the panel shows a place; what is looked for in it is no page of its own. */
export function pageOf({ project, list, pipeline, run }: Place): string {
  return JSON.stringify([project, list, pipeline, run?.dag_id, run?.run_id]);
}

/** The states that the server is asked for; undefined of all. */
export const STATES: Readonly<Record<Kind, string | undefined>> = {
  all: undefined,
  going: GOING,
  failed: 'failed,upstream_failed,cancelled',
  success: 'success'
};

/** What an endpoint about a run is given. */
export function given({ project, dag_id, run_id }: RunName): {
  path: { dag_id: string; run_id: string };
  query: { project: string };
} {
  return { path: { dag_id, run_id }, query: { project } };
}

/** The name of a run of a project. */
export function nameOf(
  project: string,
  { dag_id, run_id }: Pick<Run, 'dag_id' | 'run_id'>
): RunName {
  return { project, dag_id, run_id };
}

export function keyOf({ project, dag_id, run_id }: RunName): string {
  return `${project}:${dag_id}/${run_id}`;
}

/** A place that was kept; what is nothing of the kind is as at the start. */
export function readPlace(kept: unknown): Place {
  const found = isRecord(kept) ? kept : {};
  const text = (name: 'project' | 'contains'): string => {
    const value = found[name];
    return typeof value === 'string' ? value : START[name];
  };
  const { run, pipeline, list, state, kind } = found;
  return {
    project: text('project'),
    contains: text('contains'),
    list: list === 'runs' ? 'runs' : 'pipelines',
    state: STATES_OF_PIPELINES.find(one => one === state) ?? 'all',
    kind: KINDS.find(one => one === kind) ?? 'all',
    pipeline: typeof pipeline === 'string' ? pipeline : null,
    run:
      isRecord(run) && typeof run.dag_id === 'string' && typeof run.run_id === 'string'
        ? { dag_id: run.dag_id, run_id: run.run_id }
        : null
  };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
