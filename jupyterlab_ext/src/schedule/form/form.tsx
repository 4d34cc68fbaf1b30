import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import { CauseList, Field, Section } from '../../parts/field';
import type { Cause } from '../../parts/field';
import { Graph } from '../../parts/graph';
import { Breaking } from '../../parts/breaking';
import { WordsProvider } from '../../parts/words';
import { textAt } from '../../parts/options';
import type { Draft } from '../draft';
import { Actions } from './actions';
import { Answer } from './answer';
import { Changes } from './changes';
import { FrameProvider, useFrame } from './frame';
import type { Frame } from './frame';
import { Notices } from './notices';
import { Parameters } from './parameters';
import { Reach } from './reach';
import { Steps } from './steps';
import { When } from './when';

/** All that "Schedule this notebook" asks and tells. */
export function Form({ frame, title }: { frame: Frame; title: string }): React.JSX.Element {
  const { draft, trans } = frame;
  return (
    <FrameProvider value={frame}>
      <WordsProvider value={trans}>
        <div className="nbf-Schedule-scroll">
          <div className="nbf-Schedule-page">
            <div className="nbf-Schedule-head">
              <h2 className="nbf-Schedule-title">
                <Breaking text={title} />
              </h2>
              <div className="nbf-Row">
                <Undo />
              </div>
            </div>
            <Reach />
            {draft.meant === null ? <Waiting /> : <Sections />}
          </div>
        </div>
        <div className="nbf-Schedule-foot" role="group" aria-label={trans.__('Publish and run')}>
          <Answer />
          <Actions />
        </div>
      </WordsProvider>
    </FrameProvider>
  );
}

function Sections(): React.JSX.Element {
  return (
    <>
      <Elsewhere />
      <Name />
      <When />
      <Parameters />
      <Steps />
      <Notices />
      <Drawn />
      <Changes />
    </>
  );
}

/** The graph, with what a run that was started here does. */
function Drawn(): React.JSX.Element | null {
  const { draft, errand, hue, trans } = useFrame();
  const steps = draft.meant?.steps ?? [];
  return steps.length === 0 ? null : (
    <Section title={trans.__('Steps')}>
      <Graph steps={steps} run={errand.now?.run ?? null} hue={hue} />
    </Section>
  );
}

/** Before anything is known; where it cannot be known, why. */
function Waiting(): React.JSX.Element {
  const { draft, trans } = useFrame();
  const { failure } = draft.inspection;
  return failure === null ? (
    <p className="nbf-Field-help">{trans.__('Reading the notebook…')}</p>
  ) : (
    <CauseList
      causes={[{ message: failure.message, hint: failure.hint, severity: 'error', cell: null }]}
    />
  );
}

/** What it is called, and whose it is. */
function Name(): React.JSX.Element {
  const { draft, causes, trans } = useFrame();
  const { choices } = draft;
  const teams = draft.project.settings?.teams ?? [];
  const team = textAt(choices.now, 'team');
  return (
    <Section title={trans.__('Pipeline')}>
      <Field
        label={trans.__('Name')}
        causes={[...takenIn(draft, trans), ...(causes.fields.get('name') ?? [])]}
      >
        {given => (
          <input
            {...given}
            spellCheck={false}
            placeholder={draft.meant?.name}
            value={textAt(choices.now, 'name')}
            onChange={event => choices.choose(['name'], event.target.value || undefined)}
          />
        )}
      </Field>
      {(teams.length > 0 || team !== '' || causes.fields.has('team')) && (
        <Field label={trans.__('Team')} causes={causes.fields.get('team')}>
          {given => (
            <select
              {...given}
              value={team}
              onChange={event => choices.choose(['team'], event.target.value || undefined)}
            >
              <option value="">{trans.__('none')}</option>
              {team !== '' && !teams.includes(team) && <option value={team}>{team}</option>}
              {teams.map(one => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </Section>
  );
}

/** That another notebook is published under the name: what runs in Airflow is that one. */
function takenIn(draft: Draft, trans: TranslationBundle): Cause[] {
  const another = draft.another;
  return another === null
    ? []
    : [
        {
          message: trans.__('`%1` is published under this name', another),
          hint: trans.__('Choose another name. Publishing in its place asks first.'),
          severity: 'error',
          cell: null
        }
      ];
}

/** What is wrong, and no field of the form is about: at cells for the most part. */
function Elsewhere(): React.JSX.Element | null {
  const { causes, trans, goTo, numberOf } = useFrame();
  const [all, setAll] = React.useState(false);
  const few = 4;
  if (causes.others.length === 0) {
    return null;
  }
  const shown = all ? causes.others : causes.others.slice(0, few);
  return (
    <Section title={trans.__('In the notebook')}>
      <ul className="nbf-Elsewhere">
        {shown.map((cause, index) => {
          const number = cause.cell === null ? null : numberOf(cause.cell);
          return (
            <li key={index}>
              <CauseList causes={[cause]} />
              {cause.cell !== null && number !== null && (
                <button type="button" className="nbf-Link" onClick={() => goTo(cause.cell ?? '')}>
                  {trans.__('Cell %1', number)}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      {shown.length < causes.others.length && (
        <button type="button" className="nbf-Link" onClick={() => setAll(true)}>
          {trans.__('Show %1 more', causes.others.length - shown.length)}
        </button>
      )}
    </Section>
  );
}

function Undo(): React.JSX.Element {
  const { draft, trans } = useFrame();
  const { choices } = draft;
  return (
    <>
      <button
        type="button"
        className="nbf-Link"
        disabled={!choices.canUndo}
        onClick={() => choices.undo()}
      >
        {trans.__('Undo')}
      </button>
      <button
        type="button"
        className="nbf-Link"
        disabled={!choices.canRedo}
        onClick={() => choices.redo()}
      >
        {trans.__('Redo')}
      </button>
    </>
  );
}
