import type { TranslationBundle } from '@jupyterlab/translation';

import type { Kind } from '../outline/marks';
import { isName } from './tags';

/**
 * What a cell is, in words.
 *
 * @param step - the one above that it belongs to where its tags say nothing; null of none that
 *   somebody named.
 */
export function kindInWords(
  kind: Kind | null,
  step: string | null,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'step':
      return trans.__('a step');
    case 'setup':
      return trans.__('setup of every step');
    case 'parameters':
      return trans.__('parameters');
    case 'skip':
      return trans.__('skipped');
    case 'notebook':
      return trans.__('a notebook to run');
    case null:
      return step === null ? trans.__('no step of its own') : trans.__('more of %1', step);
  }
}

/** Why a step cannot have this name; empty where it can. */
export function nameFault(name: string, trans: TranslationBundle): string {
  return isName(name)
    ? ''
    : trans.__(
        'Write lower-case letters, digits and `_`, at most 200, and no digit at the beginning.'
      );
}
