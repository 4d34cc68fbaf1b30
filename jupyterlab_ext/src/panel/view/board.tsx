import React from 'react';

import { CauseList } from '../../parts/field';
import { ownZone } from '../../parts/moments';
import { AirflowReach, Banner } from '../../parts/reach';
import { messageOf } from '../../parts/versions';
import { WordsProvider } from '../../parts/words';
import { keyOf, nameOf, pageOf } from '../place';
import { projectInWords } from '../projects';
import { FrameProvider, useFrame } from './frame';
import type { Frame } from './frame';
import { KindChoice, Pipelines, Runs, StateChoice } from './lists';
import { PipelinePage } from './pipeline';
import { RunPage } from './run';

/** All that the panel shows: a list, a pipeline, or a run. */
export function Board({ frame }: { frame: Frame }): React.JSX.Element {
  return (
    <FrameProvider value={frame}>
      <WordsProvider value={frame.trans}>
        <Project />
        <Reach />
        <Page />
        <Deed />
      </WordsProvider>
    </FrameProvider>
  );
}

/** What is opened, or the lists. What is asked or typed on one page is nothing to another. */
function Page(): React.JSX.Element {
  const { place } = useFrame().monitor;
  if (place.run !== null) {
    return <RunPage key={keyOf(nameOf(place.project, place.run))} />;
  }
  return place.pipeline !== null ? <PipelinePage key={pageOf(place)} /> : <Lists />;
}

/** Whose pipelines and runs are meant. */
function Project(): React.JSX.Element {
  const { monitor, projects, folders, trans } = useFrame();
  const { project } = monitor.place;
  const open = folders.map(folder => projects.homeOf(folder));
  const known = [...new Set(['', project, ...open, ...projects.seen])].sort();
  return (
    <label className="nbf-Panel-project">
      <span>{trans.__('Project')}</span>
      <select value={project} onChange={event => projects.choose(event.target.value)}>
        {known.map(folder => (
          <option key={folder} value={folder}>
            {projectInWords(folder, trans)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Lists(): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const { place, pipelines } = monitor;
  const tabs = { pipelines: trans.__('Pipelines'), runs: trans.__('Runs') };
  const total = pipelines.total;
  return (
    <div className="nbf-Panel-lists">
      <div className="nbf-Panel-tabs" role="group" aria-label={trans.__('What is listed')}>
        {(['pipelines', 'runs'] as const).map(list => (
          <button
            key={list}
            type="button"
            className="nbf-Panel-tab"
            aria-pressed={place.list === list}
            onClick={() => monitor.go({ list })}
          >
            {tabs[list]}
          </button>
        ))}
      </div>
      <div className="nbf-Panel-filter">
        {place.list === 'pipelines' ? (
          <>
            <input
              type="search"
              spellCheck={false}
              aria-label={trans.__('Look for pipelines')}
              placeholder={trans.__('Name or notebook')}
              value={place.contains}
              onChange={event => monitor.go({ contains: event.target.value })}
            />
            <StateChoice />
            <span className="nbf-Panel-count" role="status">
              {total === null ? '' : trans._n('%1 pipeline', '%1 pipelines', total)}
            </span>
          </>
        ) : (
          <KindChoice />
        )}
      </div>
      {place.list === 'pipelines' ? <Pipelines /> : <Runs />}
    </div>
  );
}

/** What does not go at present, and why. */
function Reach(): React.JSX.Element | null {
  const { monitor, actions, deeds, trans } = useFrame();
  const { airflow, failure } = monitor.project;
  const one = monitor.follower !== null;
  if (monitor.follower?.run?.here === true) {
    return null; // What is shown is all there.
  }
  if (failure !== null) {
    return (
      <Banner
        title={trans.__('The project cannot be looked at.')}
        why={failure.message}
        hint={failure.hint}
      />
    );
  }
  return (
    <AirflowReach
      airflow={airflow}
      lost={
        one
          ? trans.__('Airflow is not in reach: the run is shown as it was known last.')
          : trans.__('Airflow is not in reach: its runs are not shown.')
      }
      rest={
        one ? trans.__('It is looked at again by itself.') : trans.__('Runs on this machine are.')
      }
      starting={deeds.busy}
      busy={deeds.busy}
      start={() => void actions.startAirflow()}
    />
  );
}

/** What somebody asked for, while it goes and when it is done. */
function Deed(): React.JSX.Element {
  const { deeds, trans, language } = useFrame();
  const { now } = deeds;
  const speaker = { language, now: new Date() };
  return (
    <div className="nbf-Deed" role="status" data-state={now?.state}>
      {now !== null && (
        <>
          <p className="nbf-Deed-title">
            {now.title}
            {now.state === 'going' && '…'}
          </p>
          {now.said.length > 0 && <p className="nbf-Deed-said">{now.said.at(-1)}</p>}
          {now.failure !== null && (
            <CauseList
              causes={[
                {
                  message: messageOf(now.failure, trans, speaker, ownZone()),
                  hint: now.failure.hint,
                  severity: 'error',
                  cell: null
                }
              ]}
            />
          )}
          {now.state !== 'going' && (
            <button type="button" className="nbf-Link" onClick={() => deeds.forget()}>
              {trans.__('Close')}
            </button>
          )}
        </>
      )}
    </div>
  );
}
