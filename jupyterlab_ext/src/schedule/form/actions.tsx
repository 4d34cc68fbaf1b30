import React from 'react';

import { givenIn } from '../../parts/values';
import { useFrame } from './frame';
import type { Frame } from './frame';

/** The buttons: publish, and run now. */
export function Actions(): React.JSX.Element {
  const frame = useFrame();
  const { draft, errand, trans } = frame;
  const [chosen, choose] = React.useState<'here' | 'airflow' | null>(null);
  const ready = draft.project.airflow?.state === 'ready';
  const published = ready && Boolean(draft.difference.found?.published);
  const where = published ? (chosen ?? 'airflow') : 'here';
  const values = givenIn(draft.meant?.parameters ?? [], parameter => draft.value(parameter), trans);
  const sound = draft.inspection.found?.ok === true;
  const changed = draft.difference.found?.changed === true;
  const run = (): void => {
    if (values === null) {
      return;
    }
    const dag = draft.difference.found?.dag_id;
    if (where === 'airflow' && dag !== undefined) {
      void errand.trigger(dag, values);
    } else {
      void errand.run(values);
    }
  };
  return (
    <div className="nbf-Actions">
      <button
        type="button"
        className="nbf-Button nbf-mod-first"
        disabled={errand.busy || !sound}
        onClick={() => void errand.publish()}
      >
        {trans.__('Publish')}
      </button>
      <button
        type="button"
        className="nbf-Button"
        disabled={errand.busy || !sound || values === null}
        onClick={run}
      >
        {trans.__('Run now')}
      </button>
      <select
        aria-label={trans.__('Where it runs now')}
        value={where}
        disabled={errand.busy}
        onChange={event => choose(event.target.value === 'airflow' ? 'airflow' : 'here')}
      >
        <option value="here">{trans.__('here')}</option>
        <option value="airflow" disabled={!published}>
          {published && changed ? trans.__('in Airflow, as published') : trans.__('in Airflow')}
        </option>
      </select>
      <span className="nbf-Actions-why">{whyNot(frame, sound, values !== null)}</span>
    </div>
  );
}

/** Why a button cannot be pressed; empty where it can. */
function whyNot({ draft, trans }: Frame, sound: boolean, valued: boolean): string {
  const { found } = draft.inspection;
  if (found !== null && !sound) {
    const count = draft.findings.filter(one => one.severity === 'error').length;
    if (count === 0 && draft.isBlank) {
      return trans.__('Write some code first');
    }
    return trans._n('Correct one error first', 'Correct %1 errors first', count);
  }
  return valued ? '' : trans.__('Correct a parameter first');
}
