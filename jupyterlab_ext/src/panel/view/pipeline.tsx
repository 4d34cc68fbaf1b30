import React from 'react';

import type { Listed } from '../monitor';
import { Head } from './back';
import { useFrame } from './frame';
import { KindChoice, NextRun, Runs, ownerOf } from './lists';
import { Start } from './start';
import { State } from './state';
import { Versions } from './versions';

/** A pipeline: how it stands, what can be done with it, and its runs. */
export function PipelinePage(): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const [asked, ask] = React.useState<'start' | 'versions' | null>(null);
  const one = monitor.pipeline;
  const latest = one?.latest ?? null;
  return (
    <div className="nbf-Panel-lists">
      <Head title={monitor.place.pipeline ?? ''} back={() => monitor.back()}>
        {latest !== null && <State state={latest.state} />}
      </Head>
      {one === null ? (
        <p className="nbf-Panel-none" role="status">
          {monitor.failure?.message ??
            (monitor.missing ? trans.__('It is not published.') : trans.__('Reading…'))}
        </p>
      ) : (
        <>
          <About one={one} />
          <Buttons one={one} asked={asked} ask={ask} />
          {asked === 'start' && (
            <Start
              dag={one.in_airflow ? one.dag_id : null}
              path={one.path}
              given={null}
              close={() => ask(null)}
            />
          )}
          {asked === 'versions' && <Versions dag={one.dag_id} close={() => ask(null)} />}
        </>
      )}
      <div className="nbf-Panel-filter">
        <h3 className="nbf-Panel-subtitle">{trans.__('Runs')}</h3>
        <KindChoice />
      </div>
      <Runs />
    </div>
  );
}

function About({ one }: { one: Listed }): React.JSX.Element {
  const { trans } = useFrame();
  const owner = ownerOf(one);
  return (
    <p className="nbf-Panel-about">
      <NextRun one={one} zoned />
      {owner !== '' && ` · ${trans.__('of %1', owner)}`}
      {` · ${one.notebook} · ${trans.__('version %1', one.digest.slice(0, 8))}`}
    </p>
  );
}

function Buttons(props: {
  one: Listed;
  asked: 'start' | 'versions' | null;
  ask: (what: 'start' | 'versions' | null) => void;
}): React.JSX.Element {
  const { actions, deeds, monitor, trans } = useFrame();
  const { one, asked, ask } = props;
  const ready = monitor.project.airflow?.state === 'ready';
  const failed = deeds.now?.state === 'failed' ? deeds.now.failure : null;
  const forced = failed?.forcible === true;
  const toggle = (what: 'start' | 'versions') => () => ask(asked === what ? null : what);
  return (
    <div className="nbf-Panel-buttons" role="group" aria-label={trans.__('What can be done')}>
      <button
        type="button"
        className="nbf-Button nbf-mod-first"
        aria-expanded={asked === 'start'}
        disabled={deeds.busy || (one.path === null && !(one.in_airflow && ready))}
        onClick={toggle('start')}
      >
        {trans.__('Run now')}
      </button>
      <button
        type="button"
        className="nbf-Button"
        disabled={deeds.busy || !ready || !one.in_airflow}
        onClick={() => void actions.hold(one.dag_id, one.paused !== true)}
      >
        {one.paused === true ? trans.__('Unpause') : trans.__('Pause')}
      </button>
      <button
        type="button"
        className="nbf-Button"
        aria-expanded={asked === 'versions'}
        disabled={deeds.busy}
        onClick={toggle('versions')}
      >
        {trans.__('Roll back')}
      </button>
      <button
        type="button"
        className="nbf-Button"
        disabled={deeds.busy}
        onClick={() => void actions.unpublish(one.dag_id, forced)}
      >
        {forced ? trans.__('Unpublish all the same') : trans.__('Unpublish')}
      </button>
      {one.path !== null && (
        <button
          type="button"
          className="nbf-Link"
          disabled={deeds.busy}
          onClick={() => void actions.openNotebook(one.path ?? '')}
        >
          {trans.__('Open notebook')}
        </button>
      )}
      {one.url !== null && (
        <a href={one.url} target="_blank" rel="noopener noreferrer">
          {trans.__('Open in Airflow')}
        </a>
      )}
    </div>
  );
}
