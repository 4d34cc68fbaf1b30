import React from 'react';

import { givenIn, wrongIn } from '../../parts/values';
import { errorsIn } from '../causes';
import { useFrame } from './frame';

/** The buttons: publish, and run now. */
export function Actions(): React.JSX.Element {
  const { draft, errand, trans, publish } = useFrame();
  const [chosen, choose] = React.useState<'here' | 'airflow' | null>(null);
  const ready = draft.project.airflow?.state === 'ready';
  // What is published of another notebook is another pipeline.
  const published = ready && Boolean(draft.difference.found?.published) && draft.another === null;
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
        disabled={(errand.busy && !errand.runs) || !sound}
        onClick={publish}
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
      <WhyNot sound={sound} />
    </div>
  );
}

/** Why a button cannot be pressed, with the way to it; nothing where it can. */
function WhyNot({ sound }: { sound: boolean }): React.JSX.Element | null {
  const { draft, causes, trans, goTo } = useFrame();
  const wrong = draft.inspection.found !== null && !sound;
  const errors = errorsIn(causes);
  const values = wrongIn(draft.meant?.parameters ?? [], one => draft.value(one), trans);
  if (wrong && errors === 0 && draft.isBlank) {
    return <span className="nbf-Actions-why">{trans.__('Write some code first')}</span>;
  }
  const why = wrong
    ? // All that is red is counted: the reader sees no difference.
      trans._n('Correct one error first', 'Correct %1 errors first', errors + values)
    : values > 0
      ? trans._n('Correct one parameter to run it', 'Correct %1 parameters to run it', values)
      : draft.another !== null
        ? trans.__('The name is taken')
        : null;
  if (why === null) {
    return null;
  }
  const show = (form: Element | null): void => {
    const cause = causes.others.find(one => one.severity === 'error' && one.cell !== null);
    if (wrong && cause?.cell) {
      goTo(cause.cell);
    } else {
      showFirst(form);
    }
  };
  return (
    <button
      type="button"
      className="nbf-Link"
      onClick={event => show(event.currentTarget.closest('.nbf-Page'))}
    >
      {why}
    </button>
  );
}

/** Bring the reader to the first field with something wrong, or to what is said of it. */
function showFirst(form: Element | null): void {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"]');
  const said = form?.querySelector('.nbf-Cause[data-severity="error"]');
  field?.focus();
  (field ?? said)?.scrollIntoView({ block: 'center' });
}
