import React from 'react';

import { secondsInWords } from './moments';

/** How long something has gone on; `began` in milliseconds, as `Date.now()`. */
export function Clock(props: { began: number; className: string }): React.JSX.Element {
  const [, tick] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, []);
  // Not read out each second.
  return (
    <span className={props.className} aria-hidden="true">
      {secondsInWords(Math.max(0, Math.floor((Date.now() - props.began) / 1000)))}
    </span>
  );
}
