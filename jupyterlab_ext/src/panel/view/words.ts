import type { TranslationBundle } from '@jupyterlab/translation';

import type { Run, StepRun } from '../../generated/answers';
import { distanceInWords, secondsInWords } from '../../parts/moments';
import { hasEnded } from '../../parts/states';
import type { Frame } from './frame';

/** How long a run went, or a step; null before it began. */
export function secondsOf(
  one: Pick<Run, 'ended' | 'started'> & { resumed?: string | null },
  now: number
): number | null {
  const began = one.resumed ?? one.started;
  if (began === null) {
    return null;
  }
  const end = one.ended === null ? now : Date.parse(one.ended);
  return Math.max(0, (end - Date.parse(began)) / 1000);
}

/** When a run began, as `5 minutes ago`; where it has not, that. */
export function beganInWords(run: Run, { language, trans }: Frame): string {
  return run.started === null
    ? trans.__('not begun')
    : distanceInWords(run.started, { language, now: new Date() });
}

/** How long a run took, or has gone on. */
export function lengthInWords(run: Run): string {
  const seconds = secondsOf(run, Date.now());
  return seconds === null || (hasEnded(run.state) && run.ended === null)
    ? ''
    : secondsInWords(seconds);
}

/** Earlier runs from which on is told how long a step usually takes. */
const ENOUGH = 3;

/** How long a step usually takes, or took the last time; empty where nobody knows. */
export function usualInWords({ usual, usual_of }: StepRun, trans: TranslationBundle): string {
  if (usual === null) {
    return '';
  }
  const length = secondsInWords(usual);
  return usual_of < ENOUGH ? trans.__('last time %1', length) : trans.__('usually %1', length);
}

/** Where a run is: here, or in Airflow; of one that nobody has asked for, what has. */
export function whereInWords(run: Run, trans: TranslationBundle): string {
  if (run.here) {
    return trans.__('here');
  }
  // Airflow's own names: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dag-run.html
  switch (/^([a-z_]+)__/.exec(run.run_id)?.[1]) {
    case 'scheduled':
      return trans.__('by schedule');
    case 'backfill':
      return trans.__('by a backfill');
    case 'asset_triggered':
      return trans.__('by an asset');
    default:
      return trans.__('in Airflow');
  }
}
