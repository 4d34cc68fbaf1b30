import React from 'react';

import { AirflowReach, Banner } from '../../parts/reach';
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
  return (
    <AirflowReach
      airflow={airflow}
      lost={trans.__(
        'Airflow is not in reach: schedules do not run, and nothing is seen of runs there.'
      )}
      rest={trans.__(
        'The form, the checks and the graph work all the same, and so does running it here.'
      )}
      starting={errand.now?.kind === 'airflowUp'}
      busy={errand.busy}
      start={() => void errand.startAirflow()}
    />
  );
}
