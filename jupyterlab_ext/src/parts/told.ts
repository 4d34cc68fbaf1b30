import type { TranslationBundle } from '@jupyterlab/translation';

import type { Run, StepRun } from '../generated/answers';
import { timeOf } from './moments';

/** Milliseconds that is told how something ended that did not fail. */
const STAYS = 8000;

/** How something ends, for a notification. */
export type End = 'success' | 'cancelled' | 'failed';

/** How a run ended. */
export function endOf({ state }: Run): End {
  return state === 'success' || state === 'cancelled' ? state : 'failed';
}

/** Of what kind a notification is, and how long it stays: what failed waits to be seen. */
export function toldOf(end: End): {
  kind: 'success' | 'info' | 'error';
  autoClose: number | false;
} {
  return end === 'failed'
    ? { kind: 'error', autoClose: false }
    : { kind: end === 'success' ? 'success' : 'info', autoClose: STAYS };
}

/**
 * How a run ended, and when it had begun, for a notification.
 *
 * @param language - the language of the time, as `de-DE`.
 */
export function endInWords(run: Run, trans: TranslationBundle, language: string): string {
  const words: Record<End, string> = {
    success: trans.__('The run of %1 went well', run.dag_id),
    cancelled: trans.__('The run of %1 was cancelled', run.dag_id),
    failed: trans.__('The run of %1 failed', run.dag_id)
  };
  const began = run.started === null ? [] : [timeOf(run.started, language)];
  return [words[endOf(run)], ...began].join(' · ');
}

/** What was raised in a step, and in which cell; null where it did not fail. */
export function failureInWords(
  { name, failure }: StepRun,
  trans: TranslationBundle
): string | null {
  if (failure === null) {
    return null;
  }
  const { cell_index: cell, ename, evalue } = failure;
  return typeof cell === 'number'
    ? trans.__('%1, cell %2: %3: %4', name, cell, ename, evalue)
    : `${name}: ${ename}: ${evalue}`;
}
