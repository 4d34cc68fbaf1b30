import React from 'react';

import { SIGNS, stateInWords } from '../../parts/states';
import type { State as RunState } from '../../parts/states';
import { useTrans } from '../../parts/words';

/** How a run or a step stands: a sign in the colour of the state, and the word. */
export function State({ state }: { state: RunState }): React.JSX.Element {
  const trans = useTrans();
  return (
    <span className="nbf-State" data-state={state}>
      <span className="nbf-State-sign" aria-hidden="true">
        {SIGNS[state] || '○'}
      </span>
      {stateInWords(state, trans)}
    </span>
  );
}
