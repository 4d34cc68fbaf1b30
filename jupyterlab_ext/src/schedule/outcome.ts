import type { TranslationBundle } from '@jupyterlab/translation';

import type { Published } from '../generated/answers';
import { folderOf } from '../parts/folders';
import { secondsInWords } from '../parts/moments';
import { endInWords, toldOf } from '../parts/told';
import type { End } from '../parts/told';
import type { Happening } from '../tokens';
import type { Errand } from './errand';
import type { Kind, Progress } from './progress';

/** What goes on, or what came of it, in a few words. */
export function titleOf({ kind, state, published }: Progress, trans: TranslationBundle): string {
  if (state === 'cancelled') {
    return trans.__('Cancelled');
  }
  const words: Record<Kind, Record<typeof state, string>> = {
    publish: {
      going: trans.__('Publishing'),
      done: publishedTitle(published, trans),
      failed: trans.__('Not published')
    },
    run: {
      going: trans.__('Running here'),
      done: trans.__('The run went well'),
      failed: trans.__('The run failed')
    },
    trigger: {
      going: trans.__('Running in Airflow'),
      done: trans.__('The run in Airflow went well'),
      failed: trans.__('The run in Airflow failed')
    },
    airflowUp: {
      going: trans.__('Starting Airflow'),
      done: trans.__('Airflow runs'),
      failed: trans.__('Airflow did not start')
    }
  };
  return words[kind][state];
}

function publishedTitle(published: Published | null, trans: TranslationBundle): string {
  if (published === null) {
    return trans.__('Published');
  }
  if (published.review !== null) {
    return trans.__('Written for review to the branch %1', published.review);
  }
  if (published.live_after !== null) {
    return trans.__('Live in Airflow after %1', secondsInWords(published.live_after));
  }
  return published.changed ? trans.__('Written') : trans.__('Published already, as it is');
}

/** What others are told when something has ended; null of nothing. */
export function happeningOf(
  { kind, state, published, run }: Progress,
  by: object
): Happening | null {
  if (kind === 'publish' && state === 'done') {
    return { by, what: 'published', dag: published?.dag_id ?? null };
  }
  if (kind === 'airflowUp') {
    return { by, what: 'airflow', dag: null };
  }
  return run === null ? null : { by, what: 'ran', dag: run.dag_id };
}

/** How something ended whose form is closed, as a notification says it. */
export interface Notice extends ReturnType<typeof toldOf> {
  readonly message: string;
  /** What the panel shows of it; null of nothing. */
  readonly shown: {
    readonly project: string;
    readonly dag_id: string;
    readonly run_id?: string;
  } | null;
}

export function noticeOf(
  errand: Errand,
  now: Progress,
  trans: TranslationBundle,
  language: string
): Notice {
  const { state, run, published, failure } = now;
  const end: End = state === 'done' ? 'success' : state === 'cancelled' ? 'cancelled' : 'failed';
  const name = published?.dag_id ?? errand.path.split('/').at(-1) ?? '';
  const head =
    run === null ? trans.__('%1: %2', name, titleOf(now, trans)) : endInWords(run, trans, language);
  const project = folderOf(errand.path);
  const dag_id = run?.dag_id ?? published?.dag_id ?? null;
  return {
    ...toldOf(end),
    message: failure === null || end !== 'failed' ? head : `${head}. ${failure.message}`,
    shown: dag_id === null ? null : { project, dag_id, ...(run && { run_id: run.run_id }) }
  };
}
