import React from 'react';

import { Inline } from './field';
import { useFrame } from './frame';

/** What does not go at present, and why; nothing where all goes. */
export function Reach(): React.JSX.Element | null {
  const { draft, errand, trans } = useFrame();
  const { airflow, failure } = draft.project;
  const unasked = draft.inspection.failure;
  if (unasked !== null && unasked.code !== 'notebook') {
    return (
      <Banner
        title={trans.__('The notebook is not checked.')}
        why={unasked.message}
        hint={unasked.hint}
      />
    );
  }
  if (failure !== null) {
    return (
      <Banner
        title={trans.__('The settings are not known.')}
        why={failure.message}
        hint={failure.hint}
      />
    );
  }
  if (airflow === null || airflow.state === 'ready') {
    return null;
  }
  const starting = airflow.state === 'starting' || errand.now?.kind === 'airflowUp';
  return (
    <Banner
      title={
        starting && airflow.state !== 'stopped'
          ? trans.__('Airflow is starting.')
          : trans.__(
              'Airflow is not in reach: schedules do not run, and nothing is seen of runs there.'
            )
      }
      why={airflow.reason}
      hint={airflow.state === 'stopped' ? null : airflow.hint}
    >
      {airflow.state === 'stopped' && (
        <button
          type="button"
          className="nbf-Button"
          disabled={errand.busy}
          onClick={() => void errand.startAirflow()}
        >
          {trans.__('Start Airflow')}
        </button>
      )}
      <span className="nbf-Reach-rest">
        {trans.__(
          'The form, the checks and the graph work all the same, and so does running it here.'
        )}
      </span>
    </Banner>
  );
}

function Banner(props: {
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
