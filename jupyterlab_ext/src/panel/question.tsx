import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Difference } from '../generated/answers';
import { ChangeList } from '../parts/changes';
import type { Question as Asking } from '../parts/question';

/** A question of the panel's. */
export interface Question extends Omit<Asking, 'decline'> {
  /** The word on the button that says no, where it is not *Cancel*. */
  readonly decline?: string;
  /** What would be another one afterwards. */
  readonly difference?: Difference;
}

/** What a question is about, with what would be another one. */
export function Asked(props: {
  body: string;
  difference: Difference;
  trans: TranslationBundle;
}): React.JSX.Element {
  const { body, difference, trans } = props;
  const none = difference.changes.length === 0 && difference.cells.length === 0;
  return (
    <div className="nbf-Asked">
      <p>{body}</p>
      <p className="nbf-Asked-what">{trans.__('What changes against what is published:')}</p>
      {none ? (
        <p>{trans.__('No step, parameter, file or schedule changes.')}</p>
      ) : (
        <ChangeList found={difference} trans={trans} />
      )}
      {difference.first_run !== '' && <p>{difference.first_run}</p>}
    </div>
  );
}
