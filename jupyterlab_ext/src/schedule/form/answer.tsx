import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Published, Run } from '../../generated/answers';
import { Clock } from '../../parts/clock';
import { CauseList, Inline } from '../../parts/field';
import type { Question } from '../../parts/question';
import { failuresOf, stateInWords } from '../../parts/states';
import { messageOf } from '../../parts/versions';
import { asSentences } from '../causes';
import { titleOf } from '../outcome';
import { canInsist } from '../progress';
import type { Meanwhile, Progress } from '../progress';
import { useFrame } from './frame';

const SIGNS: Readonly<Record<Progress['state'], string>> = {
  going: '',
  done: '✓',
  failed: '✕',
  cancelled: '■'
};

/** What became of what was asked for: while it goes, and when it is done. */
export function Answer(): React.JSX.Element | null {
  const { errand, trans, showRun, confirm } = useFrame();
  const now = errand.now;
  if (now === null) {
    return null;
  }
  const { run } = now;
  const cancel = async (): Promise<void> => {
    if (run === null || (await confirm(cancelling(trans)))) {
      await errand.cancel();
    }
  };
  return (
    <div className="nbf-Answer" data-state={now.state} role="status">
      <div className="nbf-Answer-head">
        <span className="nbf-Answer-sign" aria-hidden="true">
          {SIGNS[now.state]}
        </span>
        <p className="nbf-Answer-title">{titleOf(now, trans)}</p>
        {now.state === 'going' && <Clock began={now.began} className="nbf-Answer-clock" />}
        {run !== null && showRun !== null && (
          <button type="button" className="nbf-Link" onClick={() => showRun(run)}>
            {trans.__('Show the run')}
          </button>
        )}
        {errand.canCancel && (
          <button type="button" className="nbf-Link" onClick={() => void cancel()}>
            {trans.__('Cancel')}
          </button>
        )}
        {!errand.busy && (
          <button
            type="button"
            className="nbf-Link nbf-Answer-close"
            aria-label={trans.__('Close what became of it')}
            onClick={() => errand.forget()}
          >
            {trans.__('Close')}
          </button>
        )}
      </div>
      {errand.canCancel && <Refused asked="cancel" />}
      {now.state === 'going' && <Said said={now.said} />}
      {run !== null && run.steps.length > 0 && <Progressing run={run} />}
      {now.away && (
        <p role="note">
          {trans.__('Airflow is not in reach. This is what was known last; it is asked again.')}
        </p>
      )}
      {now.paused && run !== null && now.kind === 'trigger' && now.state === 'going' && (
        <Paused
          dag={run.dag_id}
          said={trans.__('It is paused: no further step begins until it is unpaused.')}
        />
      )}
      {now.published !== null && <Result published={now.published} />}
      {now.state === 'failed' && <Failed now={now} />}
    </div>
  );
}

function cancelling(trans: TranslationBundle): Question {
  return {
    title: trans.__('Cancel the run?'),
    body: trans.__(
      'Steps that run are stopped. What has ended stays, and the run can go on later.'
    ),
    accept: trans.__('Cancel Run'),
    decline: trans.__('Let It Run')
  };
}

/** What has happened; the last of it goes on. */
function Said({ said }: { said: readonly string[] }): React.JSX.Element | null {
  const shown = said.slice(-5);
  return shown.length === 0 ? null : (
    <ol className="nbf-Answer-said">
      {shown.map((one, index) => (
        <li key={`${said.length - shown.length + index}`} data-last={index === shown.length - 1}>
          {one}
        </li>
      ))}
    </ol>
  );
}

/** The steps of a run, with how many of their cells are done. */
function Progressing({ run }: { run: Run }): React.JSX.Element {
  const { hue, trans } = useFrame();
  return (
    <ul className="nbf-Answer-steps">
      {run.steps.map(step => (
        <li key={step.name} data-state={step.state}>
          <span className="nbf-Hue nbf-Steps-name" data-hue={hue(step.name)}>
            {step.name}
          </span>
          <progress
            max={Math.max(1, step.cells_total)}
            value={step.state === 'success' ? Math.max(1, step.cells_total) : step.cells_done}
            aria-label={trans.__('Cells of %1 that are done', step.name)}
          />
          <span className="nbf-Answer-word">
            {step.cached !== null ? trans.__('kept from before') : stateInWords(step.state, trans)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Result({ published }: { published: Published }): React.JSX.Element {
  const { draft, trans } = useFrame();
  const { airflow } = draft.project;
  return (
    <div className="nbf-Answer-result">
      {published.url !== null && (
        <a href={published.url} target="_blank" rel="noopener noreferrer">
          {trans.__('Open %1 in Airflow', published.dag_id)}
        </a>
      )}
      {published.live_after === null && published.review === null && (
        <p>
          {published.missing !== null ? (
            <Inline text={published.missing} />
          ) : airflow?.state === 'ready' ? (
            ''
          ) : (
            trans.__('Airflow reads it as soon as it runs.')
          )}
        </p>
      )}
      {published.paused && (
        <Paused dag={published.dag_id} said={trans.__('It is paused in Airflow: no run begins.')} />
      )}
    </div>
  );
}

/** That a pipeline is paused, with the way out; of what is not published nothing is said. */
function Paused({ dag, said }: { dag: string; said: string }): React.JSX.Element | null {
  const { draft, errand, trans } = useFrame();
  const { found } = draft.difference;
  if (found?.dag_id === dag && found.published === null) {
    return null;
  }
  return (
    <>
      <div className="nbf-Row">
        <span>{said}</span>
        <button type="button" className="nbf-Button" onClick={() => void errand.unpause(dag)}>
          {trans.__('Unpause')}
        </button>
      </div>
      <Refused asked="unpause" />
    </>
  );
}

/** Why that was not done which was asked for about what goes on; it can be asked for again. */
function Refused({ asked }: { asked: Meanwhile }): React.JSX.Element | null {
  const { errand, trans } = useFrame();
  const refused = errand.now?.refused ?? null;
  if (refused?.asked !== asked) {
    return null;
  }
  const { message: why, hint } = refused.failure;
  const message =
    asked === 'cancel'
      ? trans.__('It was not cancelled: %1', why)
      : trans.__('It is still paused: %1', why);
  return <CauseList causes={[asSentences({ message, hint, severity: 'error', cell: null })]} />;
}

function Failed({ now }: { now: Progress }): React.JSX.Element | null {
  const { errand, trans, language, zone, goTo, numberOf } = useFrame();
  const failure = now.failure;
  if (failure === null) {
    return null;
  }
  const [step] = failuresOf(now.run);
  const cell = failure.cell ?? failure.diagnostics[0]?.cell ?? step?.cell ?? null;
  const number = cell === null ? null : numberOf(cell);
  const message = messageOf(failure, trans, { language, now: new Date() }, zone);
  const what = { message, hint: failure.hint };
  const forced = now.kind === 'publish' && canInsist(failure);
  return (
    <div className="nbf-Answer-failed">
      <CauseList causes={[asSentences({ ...what, severity: 'error', cell })]} />
      <CauseList causes={failure.diagnostics.map(asSentences)} />
      <div className="nbf-Row">
        {cell !== null && number !== null && (
          <button type="button" className="nbf-Button" onClick={() => goTo(cell)}>
            {trans.__('Show cell %1', number)}
          </button>
        )}
        {forced && (
          <button type="button" className="nbf-Button" onClick={() => void errand.insist()}>
            {trans.__('Publish all the same')}
          </button>
        )}
        {typeof now.run?.url === 'string' && (
          <a href={now.run.url} target="_blank" rel="noopener noreferrer">
            {trans.__('Open the run in Airflow')}
          </a>
        )}
      </div>
    </div>
  );
}
