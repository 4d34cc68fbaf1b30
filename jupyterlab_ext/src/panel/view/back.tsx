import React from 'react';

import { Breaking } from '../../parts/breaking';
import { useFrame } from './frame';

/** The head of a pipeline's or a run's page, with the way back. */
export function Head(props: {
  title: string;
  back: () => void;
  children?: React.ReactNode;
}): React.JSX.Element {
  const { trans } = useFrame();
  return (
    <div className="nbf-Panel-head">
      <button
        type="button"
        className="nbf-Panel-back"
        aria-label={trans.__('Back')}
        title={trans.__('Back')}
        onClick={props.back}
      >
        ‹
      </button>
      <h2 className="nbf-Panel-title">
        <Breaking text={props.title} />
      </h2>
      {props.children}
    </div>
  );
}
