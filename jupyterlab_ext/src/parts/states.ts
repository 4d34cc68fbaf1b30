import type { TranslationBundle } from '@jupyterlab/translation';

import type { Run, StepRun } from '../generated/answers';

/** How a run, or a step of one, stands. */
export type State = Run['state'];

const ENDED: ReadonlySet<State> = new Set([
  'success',
  'failed',
  'upstream_failed',
  'skipped',
  'cancelled'
]);

/** A sign for each state, where there is room for one letter. */
export const SIGNS: Readonly<Record<State, string>> = {
  queued: '',
  running: '…',
  retrying: '↻',
  success: '✓',
  failed: '✕',
  upstream_failed: '–',
  skipped: '–',
  cancelled: '■'
};

/** Whether nothing more will happen. */
export function hasEnded(state: State): boolean {
  return ENDED.has(state);
}

/** A state in words. */
export function stateInWords(state: State, trans: TranslationBundle): string {
  const words: Record<State, string> = {
    queued: trans.__('waits'),
    running: trans.__('runs'),
    retrying: trans.__('tries again'),
    success: trans.__('done'),
    failed: trans.__('failed'),
    upstream_failed: trans.__('not reached'),
    skipped: trans.__('skipped'),
    cancelled: trans.__('cancelled')
  };
  return words[state];
}

/** How the steps of a run failed, as far as there is one. */
export function failuresOf(run: Run | null): NonNullable<StepRun['failure']>[] {
  return run?.steps.flatMap(step => (step.failure === null ? [] : [step.failure])) ?? [];
}

/** The states of runs that go, as the server is asked for them. */
export const GOING = 'queued,running,retrying';

/** Whether only the store tells of a run in Airflow, which is not in reach: how it stands is not known. */
export function isUntold({ here, url }: Pick<Run, 'here' | 'url'>): boolean {
  return !here && url === null;
}
