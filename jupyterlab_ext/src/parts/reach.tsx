import React from 'react';

import type { Airflow } from '../generated/answers';
import { Inline } from './field';
import { useTrans } from './words';

/** What does not go without Airflow, and why; nothing where it is in reach. */
export function AirflowReach(props: {
  /** Null before it is known. */
  airflow: Airflow | null;
  /** What does not go. */
  lost: string;
  /** What goes all the same. */
  rest: string;
  /** Whether somebody starts it. */
  starting: boolean;
  busy: boolean;
  start: () => void;
}): React.JSX.Element | null {
  const { airflow } = props;
  const trans = useTrans();
  if (airflow === null || airflow.state === 'ready') {
    return null;
  }
  const starting = airflow.state === 'starting' || props.starting;
  return (
    <Banner
      title={
        starting && airflow.state !== 'stopped' ? trans.__('Airflow is starting.') : props.lost
      }
      why={airflow.reason}
      hint={airflow.state === 'stopped' ? null : airflow.hint}
    >
      {airflow.state === 'stopped' && (
        <button type="button" className="nbf-Button" disabled={props.busy} onClick={props.start}>
          {trans.__('Start Airflow')}
        </button>
      )}
      <span className="nbf-Reach-rest">{props.rest}</span>
    </Banner>
  );
}

/** Something that does not go, and why. */
export function Banner(props: {
  title: string;
  why: string | null;
  hint: string | null;
  children?: React.ReactNode;
}): React.JSX.Element {
  return (
    <div className="nbf-Reach" role="status">
      <p className="nbf-Reach-title">{props.title}</p>
      {[props.why, props.hint].map(
        (said, index) =>
          said && (
            <p key={index}>
              <Inline text={said} />
            </p>
          )
      )}
      {props.children !== undefined && <div className="nbf-Row">{props.children}</div>}
    </div>
  );
}
