import type { TranslationBundle } from '@jupyterlab/translation';

import type { Run } from '../generated/answers';

/** Milliseconds that is told how a run ended that did not fail. */
const STAYS = 8000;

/** Of what kind a notification is, and how long it stays: what failed waits to be seen. */
export function toldOf({ state }: Run): {
  kind: 'success' | 'info' | 'error';
  autoClose: number | false;
} {
  return state === 'success' || state === 'cancelled'
    ? { kind: state === 'success' ? 'success' : 'info', autoClose: STAYS }
    : { kind: 'error', autoClose: false };
}

/** How a run ended, for a notification. */
export function endInWords(run: Run, trans: TranslationBundle): string {
  switch (run.state) {
    case 'success':
      return trans.__('The run of %1 went well', run.dag_id);
    case 'cancelled':
      return trans.__('The run of %1 was cancelled', run.dag_id);
    default:
      return trans.__('The run of %1 failed', run.dag_id);
  }
}
