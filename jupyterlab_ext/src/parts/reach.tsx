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
      rest={props.rest}
    >
      {airflow.state === 'stopped' && (
        <button type="button" className="nbf-Button" disabled={props.busy} onClick={props.start}>
          {trans.__('Start Airflow')}
        </button>
      )}
    </Banner>
  );
}

/** Something that does not go, and why; where there is little room, that is unfolded. */
export function Banner(props: {
  title: string;
  why: string | null;
  hint: string | null;
  /** What goes all the same. */
  rest?: string;
  /** What can be done about it. */
  children?: React.ReactNode;
}): React.JSX.Element {
  const trans = useTrans();
  const [all, setAll] = React.useState(false);
  return (
    <div className="nbf-Reach" role="status" data-all={all}>
      <p className="nbf-Reach-title">{props.title}</p>
      {[props.why, props.hint].map(
        (said, index) =>
          said && (
            <p key={index} className="nbf-Reach-more">
              <Inline text={said.replace(/^[a-z]+(?=[\s,])/, capital)} />
            </p>
          )
      )}
      {props.rest !== undefined && <p className="nbf-Reach-more nbf-Reach-rest">{props.rest}</p>}
      <div className="nbf-Row">
        {props.children}
        <button
          type="button"
          className="nbf-Link nbf-Reach-fold"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? trans.__('Less') : trans.__('More')}
        </button>
      </div>
    </div>
  );
}

function capital(word: string): string {
  return word === 'nbflow' ? word : word.charAt(0).toUpperCase() + word.slice(1);
}
