import React from 'react';

import type { Run, StepRun } from '../../generated/answers';
import { Clock } from '../../parts/clock';
import { secondsInWords } from '../../parts/moments';
import { SIGNS, hasEnded } from '../../parts/states';
import type { Follower } from '../follower';
import { useFrame } from './frame';
import { State } from './state';
import { secondsOf, usualInWords } from './words';

/** The steps of a run: state, cells, duration against usual; each shows its log. */
export function Steps(props: {
  follower: Follower;
  run: Run;
  /** Show the log of a step. */
  choose: (step: string) => void;
}): React.JSX.Element {
  const { run } = props;
  const { trans } = useFrame();
  return (
    <ul className="nbf-RunSteps" aria-label={trans.__('Steps')}>
      {run.steps.map(step => (
        <Step key={step.name} step={step} {...props} />
      ))}
    </ul>
  );
}

function Step(props: {
  step: StepRun;
  follower: Follower;
  run: Run;
  choose: (step: string) => void;
}): React.JSX.Element {
  const { trans } = useFrame();
  const { step, follower } = props;
  const shown = follower.lines?.step === step.name;
  const total = Math.max(1, step.cells_total);
  return (
    <li className="nbf-RunStep" data-state={step.state}>
      <div className="nbf-Rows-head">
        <button
          type="button"
          className="nbf-Link nbf-Rows-name"
          aria-pressed={shown}
          title={trans.__('Show the log of %1', step.name)}
          onClick={() => props.choose(step.name)}
        >
          {step.name}
        </button>
        {step.cached !== null || step.kept ? (
          <span className="nbf-State" data-state="success">
            <span className="nbf-State-sign" aria-hidden="true">
              {SIGNS.success}
            </span>
            {step.kept ? trans.__('kept') : trans.__('kept from before')}
          </span>
        ) : (
          <State state={step.state} />
        )}
      </div>
      {(step.state === 'running' || step.state === 'retrying') && (
        <progress
          max={total}
          value={step.cells_done}
          aria-label={trans.__('Cells of %1 that are done', step.name)}
        />
      )}
      <p className="nbf-Rows-about">{aboutOf(step, trans)}</p>
      {step.line !== null && <code className="nbf-RunStep-line">{step.line}</code>}
      {step.note !== null && <p className="nbf-Rows-about">{step.note}</p>}
      <Asked {...props} />
    </li>
  );

  function aboutOf(one: StepRun, words: typeof trans): React.ReactNode {
    const total = one.cells_total;
    const cells =
      total === 0 ? '' : words._n('%2 of %1 cell', '%2 of %1 cells', total, one.cells_done);
    const tries = one.attempt > 1 ? words.__('try %1', one.attempt) : '';
    const usual = one.kept ? '' : usualInWords(one, words);
    const seconds = one.kept ? null : secondsOf(one, Date.now());
    const rest = [usual, cells, tries].filter(Boolean).join(' · ');
    const begun = one.started !== null && !hasEnded(one.state) && one.ended === null;
    return (
      <>
        {begun ? (
          <Clock began={Date.parse(one.started ?? '')} className="nbf-RunStep-clock" />
        ) : (
          seconds !== null && one.ended !== null && secondsInWords(seconds)
        )}
        {rest !== '' && seconds !== null ? ` · ${rest}` : rest}
      </>
    );
  }
}

/** What a run asks a person: yes or no. */
function Asked({ step, run }: { step: StepRun; run: Run }): React.JSX.Element | null {
  const { actions, deeds, trans } = useFrame();
  if (run.here || hasEnded(step.state) || step.note?.startsWith('waits for a person') !== true) {
    return null;
  }
  return (
    <div className="nbf-Row">
      {[true, false].map(approved => (
        <button
          key={String(approved)}
          type="button"
          className="nbf-Button"
          disabled={deeds.busy}
          onClick={() => void actions.answer(run, step.name, approved)}
        >
          {approved ? trans.__('Approve') : trans.__('Refuse')}
        </button>
      ))}
    </div>
  );
}
