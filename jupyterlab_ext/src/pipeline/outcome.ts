import type { TranslationBundle } from '@jupyterlab/translation';

import type { ServerFailure } from '../client/failure';
import type { Run } from '../generated/answers';
import { failuresOf } from '../parts/states';
import type { Told } from './pipeline';

/**
 * What went wrong in a run, to be told at the cells of its notebook; nothing where it went well.
 *
 * @param run - null where none came of it.
 * @param failure - why it was refused, or failed as a whole.
 */
export function outcomeOf(
  run: Run | null,
  failure: ServerFailure | null,
  trans: TranslationBundle
): Told[] {
  if (run?.state === 'cancelled') {
    return []; // That somebody has ended it is nothing wrong with the notebook.
  }
  const wrong = failuresOf(run).map(one => ({
    message: `${one.ename}: ${one.evalue}`,
    hint: one.hint,
    cell: one.cell
  }));
  if (wrong.length === 0 && run !== null && failure !== null) {
    wrong.push({ message: failure.message, hint: failure.hint, cell: failure.cell });
  }
  return [
    ...(failure?.diagnostics ?? []),
    ...wrong.map(one => ({
      ...one,
      ...{ code: null, severity: 'error' as const, line: null },
      message: trans.__('In the last run: %1', one.message)
    }))
  ];
}
