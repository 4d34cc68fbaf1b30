import type { ISignal } from '@lumino/signaling';
import React from 'react';

/** Renders again whenever one of these tells something. */
export function Followed(props: {
  signals: readonly ISignal<unknown, void>[];
  children: () => React.JSX.Element;
}): React.JSX.Element {
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  const { signals } = props;
  React.useEffect(() => {
    for (const signal of signals) {
      signal.connect(again);
    }
    again();
    return () => {
      for (const signal of signals) {
        signal.disconnect(again);
      }
    };
  }, signals);
  return props.children();
}
