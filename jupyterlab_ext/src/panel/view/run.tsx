import React from 'react';

import type { Run } from '../../generated/answers';
import { Clock } from '../../parts/clock';
import { CauseList, Inline, Section } from '../../parts/field';
import { Graph } from '../../parts/graph';
import { momentInShort, ownZone, secondsInWords } from '../../parts/moments';
import { Banner } from '../../parts/reach';
import { hasEnded } from '../../parts/states';
import { failureInWords } from '../../parts/told';
import { booksOf } from '../books';
import type { Follower } from '../follower';
import { nameOf } from '../place';
import { Head } from './back';
import { Files } from './files';
import { useFrame } from './frame';
import { Log } from './log';
import type { Asked } from './log';
import { Start } from './start';
import { State } from './state';
import { Steps } from './steps';
import { lengthInWords, whereInWords } from './words';

/** A run: how it stands, what can be done with it, its steps, its graph and its log. */
export function RunPage(): React.JSX.Element | null {
  const { monitor, trans } = useFrame();
  const { follower, place } = monitor;
  const [again, setAgain] = React.useState(false);
  const [asked, ask] = React.useState<Asked | null>(null);
  const run = follower?.run ?? null;
  if (follower === null) {
    return null;
  }
  return (
    <div className="nbf-Panel-run">
      <Head title={place.run?.dag_id ?? ''} back={() => monitor.back()}>
        {run !== null && <State state={run.state} />}
      </Head>
      <Untold follower={follower} />
      {run === null ? (
        follower.failure === null && (
          <p className="nbf-Panel-none" role="status">
            {follower.away
              ? trans.__('How the run stands is known as soon as Airflow is in reach.')
              : trans.__('Reading…')}
          </p>
        )
      ) : (
        <>
          <About run={run} />
          <Failed run={run} />
          {follower.held && <Held run={run} />}
          <Buttons run={run} follower={follower} again={again} setAgain={setAgain} />
          {again && (
            <Start
              dag={run.here ? null : run.dag_id}
              path={follower.graph.notebook}
              given={run.parameters}
              close={() => setAgain(false)}
            />
          )}
          <Section title={trans.__('Steps')}>
            <Steps
              follower={follower}
              run={run}
              choose={step => {
                ask({ step });
                void follower.choose(step);
              }}
            />
          </Section>
          <Log follower={follower} asked={asked} />
          <Files follower={follower} run={run} />
          {follower.graph.steps.length > 1 && (
            <Section title={trans.__('Graph')}>
              <Graph steps={follower.graph.steps} run={run} />
            </Section>
          )}
          <Values title={trans.__('Metrics')} values={run.metrics} />
          <Values title={trans.__('Parameters')} values={run.parameters} secret={run.secret} />
        </>
      )}
    </div>
  );
}

/** Why it is not known how the run stands; what is known of it stays. */
function Untold({ follower }: { follower: Follower }): React.JSX.Element | null {
  const { trans } = useFrame();
  const { failure, run } = follower;
  if (failure === null) {
    return null;
  }
  const { message, hint } = failure;
  return run === null ? (
    <CauseList causes={[{ message, hint, severity: 'error', cell: null }]} />
  ) : (
    <Banner title={trans.__('This is what was known last.')} why={message} hint={hint} />
  );
}

function About({ run }: { run: Run }): React.JSX.Element {
  const { trans, language } = useFrame();
  const speaker = { language, now: new Date() };
  const zone = ownZone();
  const began = run.started === null ? '' : momentInShort(run.started, zone, speaker);
  const going = !hasEnded(run.state);
  const since = run.resumed ?? run.started;
  const end = going && run.expected_end !== null ? Date.parse(run.expected_end) : 0;
  const left = Math.round((end - Date.now()) / 1000);
  const length =
    going && since !== null ? (
      <Clock began={Date.parse(since)} className="nbf-RunStep-clock" />
    ) : (
      lengthInWords(run)
    );
  return (
    <p className="nbf-Panel-about">
      {[whereInWords(run, trans), began].filter(Boolean).join(' · ')}
      {length !== '' && ' · '}
      {length}
      {left > 0 && ` · ${trans.__('about %1 left', secondsInWords(left))}`}
      <span className="nbf-Panel-id">{run.run_id}</span>
    </p>
  );
}

/** Why a run failed: what was raised, and in which cell. That somebody cancelled it is no fault. */
function Failed({ run }: { run: Run }): React.JSX.Element | null {
  const { trans } = useFrame();
  const steps = run.steps.filter(step => step.failure !== null);
  if (run.state === 'cancelled') {
    return <Cancelled run={run} />;
  }
  if (steps.length === 0) {
    const failure = run.failure ?? null;
    return failure === null ? null : (
      <CauseList
        causes={[{ message: failure.message, hint: failure.hint, severity: 'error', cell: null }]}
      />
    );
  }
  return (
    <CauseList
      causes={steps.map(step => ({
        message: failureInWords(step, trans) ?? '',
        hint: step.failure?.hint ?? null,
        severity: 'error',
        cell: null
      }))}
    />
  );
}

/** Why a run waits that Airflow holds back, and the way out. */
function Held({ run }: { run: Run }): React.JSX.Element {
  const { actions, deeds, trans } = useFrame();
  return (
    <Banner
      title={trans.__('Airflow has paused %1: no step begins.', run.dag_id)}
      why={null}
      hint={null}
    >
      <button
        type="button"
        className="nbf-Button"
        disabled={deeds.busy}
        onClick={() => void actions.hold(run.dag_id, false)}
      >
        {trans.__('Unpause')}
      </button>
    </Banner>
  );
}

function Cancelled({ run }: { run: Run }): React.JSX.Element {
  const { trans } = useFrame();
  const at = run.steps.filter(step => step.state === 'cancelled' && step.started !== null);
  const names = at.map(step => step.name).join(', ');
  const before = run.steps.flatMap(({ name, failure }) =>
    failure === null ? [] : [`${name}: ${failure.ename}: ${failure.evalue}`]
  );
  return (
    <div className="nbf-Panel-about">
      <p>
        {names === ''
          ? trans.__('It was cancelled. What had ended stays.')
          : trans.__('It was cancelled while it was at %1. What had ended stays.', names)}
      </p>
      {before.map(one => (
        <p key={one}>
          <Inline text={trans.__('Before that, %1', one)} />
        </p>
      ))}
    </div>
  );
}

function Buttons(props: {
  run: Run;
  follower: Follower;
  again: boolean;
  setAgain: (again: boolean) => void;
}): React.JSX.Element {
  const { actions, deeds, monitor, watch, trans } = useFrame();
  const { run, follower, again } = props;
  const { graph } = follower;
  const name = nameOf(monitor.place.project, run);
  const ended = hasEnded(run.state);
  const failed = run.steps.find(step => step.failure !== null || step.state === 'failed');
  const books = run.stored === false ? [] : booksOf(run);
  const watched = watch.has(name);
  const button = (label: string, act: () => void, first = false): React.JSX.Element => (
    <button
      type="button"
      className={first ? 'nbf-Button nbf-mod-first' : 'nbf-Button'}
      disabled={deeds.busy}
      onClick={act}
    >
      {label}
    </button>
  );
  return (
    <div className="nbf-Panel-buttons" role="group" aria-label={trans.__('What can be done')}>
      {books.length === 1
        ? button(
            trans.__('Executed notebook'),
            () => void actions.openExecuted(run, books[0] ?? ''),
            true
          )
        : books.map(book => (
            <React.Fragment key={book}>
              {button(
                trans.__('Executed notebook %1', book),
                () => void actions.openExecuted(run, book)
              )}
            </React.Fragment>
          ))}
      {!ended && button(trans.__('Cancel'), () => void actions.cancel(run))}
      {(run.state === 'failed' || run.state === 'cancelled') &&
        button(trans.__('Resume'), () => void actions.resume(run, graph))}
      {failed !== undefined &&
        button(trans.__('Debug notebook'), () => void actions.debug(run, failed.name, graph))}
      {(!run.here || graph.notebook !== null) && (
        <button
          type="button"
          className="nbf-Button"
          aria-expanded={again}
          disabled={deeds.busy}
          onClick={() => props.setAgain(!again)}
        >
          {trans.__('Run again')}
        </button>
      )}
      {!ended && (
        <button
          type="button"
          className="nbf-Button"
          aria-pressed={watched}
          title={
            watched
              ? trans.__('It is told when it ends; press to leave that')
              : trans.__('Tell when it ends')
          }
          onClick={() => (watched ? watch.remove(name) : watch.add(name))}
        >
          {watched ? trans.__('Watching') : trans.__('Watch')}
        </button>
      )}
      {run.url !== null && (
        <a href={run.url} target="_blank" rel="noopener noreferrer">
          {trans.__('Open in Airflow')}
        </a>
      )}
    </div>
  );
}

function Values(props: {
  title: string;
  values: Readonly<Record<string, unknown>>;
  /** The names of those that are not shown. */
  secret?: readonly string[];
}): React.JSX.Element | null {
  const { trans } = useFrame();
  const entries = Object.entries(props.values);
  return entries.length === 0 ? null : (
    <Section title={props.title}>
      <dl className="nbf-Values">
        {entries.map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            {props.secret?.includes(name) ? (
              <dd title={trans.__('It looks like a secret, and is not shown.')}>•••</dd>
            ) : (
              <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
            )}
          </React.Fragment>
        ))}
      </dl>
    </Section>
  );
}
