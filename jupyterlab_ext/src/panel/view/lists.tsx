import React from 'react';

import type { Run } from '../../generated/answers';
import { momentInShort, momentInWords, ownZone } from '../../parts/moments';
import type { Listed } from '../monitor';
import { KINDS, STATES_OF_PIPELINES } from '../place';
import type { Kind, StateOfPipelines } from '../place';
import type { Pages } from '../pages';
import { projectInWords } from '../projects';
import { useFrame } from './frame';
import { Rows } from './rows';
import { State } from './state';
import { beganInWords, lengthInWords, whereInWords } from './words';

/** Pixels of a row of two lines. */
const HEIGHT = 50;
/** Rows before the end of what is known at which more is asked for. */
const AHEAD = 20;

/** What is published, as far as somebody has scrolled. */
export function Pipelines(): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const { pipelines } = monitor;
  const project = projectInWords(monitor.place.project, trans);
  return (
    <List
      pages={pipelines}
      label={trans.__('Pipelines')}
      none={
        monitor.place.state !== 'all'
          ? trans.__('No pipeline in “%1” is like this.', project)
          : monitor.place.contains === ''
            ? trans.__(
                'Nothing is published in “%1” yet. “Schedule” in a notebook’s toolbar publishes it.',
                project
              )
            : trans.__('No pipeline in “%1” is called so.', project)
      }
      keyOf={one => one.dag_id}
      row={one => <PipelineRow one={one} />}
      open={({ dag_id }) => monitor.go({ pipeline: dag_id })}
    />
  );
}

/** All runs, or those of the pipeline that is opened. */
export function Runs(): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const { place, runs } = monitor;
  const project = projectInWords(place.project, trans);
  return (
    <List
      pages={runs}
      label={trans.__('Runs')}
      none={
        place.kind !== 'all'
          ? trans.__('No run is like this.')
          : place.pipeline === null
            ? trans.__('Nothing has run in “%1” yet.', project)
            : trans.__('%1 has not run yet.', place.pipeline)
      }
      keyOf={one => `${one.dag_id}/${one.run_id}`}
      row={run => <RunRow run={run} named={place.pipeline === null} />}
      open={run => monitor.go({ run })}
    />
  );
}

/** Which pipelines are listed. */
export function StateChoice(): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const words: Record<StateOfPipelines, string> = {
    all: trans.__('All pipelines'),
    paused: trans.__('Paused'),
    going: trans.__('Running'),
    failed: trans.__('Failed last'),
    success: trans.__('Succeeded last')
  };
  return (
    <Choice
      label={trans.__('Which pipelines')}
      words={words}
      names={STATES_OF_PIPELINES}
      value={monitor.place.state}
      choose={state => monitor.go({ state })}
    />
  );
}

/** Which runs are listed. */
export function KindChoice(): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const words: Record<Kind, string> = {
    all: trans.__('All runs'),
    going: trans.__('Running'),
    failed: trans.__('Failed'),
    success: trans.__('Succeeded')
  };
  return (
    <Choice
      label={trans.__('Which runs')}
      words={words}
      names={KINDS}
      value={monitor.place.kind}
      choose={kind => monitor.go({ kind })}
    />
  );
}

function Choice<Name extends string>(props: {
  label: string;
  words: Readonly<Record<Name, string>>;
  names: readonly Name[];
  value: Name;
  choose: (name: Name) => void;
}): React.JSX.Element {
  const { label, words, names, value, choose } = props;
  return (
    <select
      aria-label={label}
      value={value}
      onChange={event => choose(names.find(one => one === event.target.value) ?? value)}
    >
      {names.map(name => (
        <option key={name} value={name}>
          {words[name]}
        </option>
      ))}
    </select>
  );
}

function List<Item>(props: {
  pages: Pages<Item>;
  label: string;
  none: string;
  keyOf: (item: Item) => string;
  row: (item: Item) => React.ReactNode;
  open: (item: Item) => void;
}): React.JSX.Element {
  const { monitor, trans } = useFrame();
  const { pages } = props;
  const { items } = pages;
  const sight = React.useCallback(
    (from: number, to: number) => {
      monitor.sight = [from, to];
      if (to >= pages.items.length - AHEAD) {
        void pages.more();
      }
    },
    [monitor, pages, items.length]
  );
  const at = (index: number): Item | undefined => items[index];
  if (items.length === 0) {
    return (
      <p className="nbf-Panel-none" role="status">
        {pages.failure !== null
          ? trans.__('Nothing can be told: %1', pages.failure.message)
          : pages.loaded
            ? props.none
            : trans.__('Reading…')}
      </p>
    );
  }
  return (
    <Rows
      label={props.label}
      count={items.length}
      height={HEIGHT}
      keyOf={index => {
        const item = at(index);
        return item === undefined ? String(index) : props.keyOf(item);
      }}
      row={index => {
        const item = at(index);
        return item === undefined ? null : props.row(item);
      }}
      open={index => {
        const item = at(index);
        if (item !== undefined) {
          props.open(item);
        }
      }}
      sight={sight}
    />
  );
}

function PipelineRow({ one }: { one: Listed }): React.JSX.Element {
  const { trans } = useFrame();
  const { latest } = one;
  return (
    <>
      <span className="nbf-Rows-head">
        <span className="nbf-Rows-name" title={one.dag_id}>
          {one.dag_id}
        </span>
        {latest === null ? (
          <span className="nbf-Rows-about">{trans.__('never ran')}</span>
        ) : (
          <State state={latest.state} />
        )}
      </span>
      <span className="nbf-Rows-about">
        <NextRun one={one} />
        {ownerOf(one) !== '' && ` · ${ownerOf(one)}`}
      </span>
    </>
  );
}

/**
 * When the next run begins, or why none does.
 *
 * @param zoned - says by which clock, where there is room: the form may say it by another one.
 */
export function NextRun(props: { one: Listed; zoned?: boolean }): React.JSX.Element {
  const { one, zoned = false } = props;
  const { monitor, trans, language } = useFrame();
  if (one.broken === true) {
    return <span className="nbf-Rows-bad">{trans.__('Airflow cannot import it')}</span>;
  }
  if (one.paused === true) {
    return <span className="nbf-Rows-held">{trans.__('paused')}</span>;
  }
  if (!one.in_airflow) {
    const { airflow } = monitor.project;
    const away = airflow !== null && airflow.state !== 'ready';
    return <>{away ? trans.__('next run not known') : trans.__('not known to Airflow')}</>;
  }
  if (one.next_run === null) {
    return <>{trans.__('no schedule')}</>;
  }
  const zone = ownZone();
  const speaker = { language, now: new Date() };
  return (
    <span title={momentInWords(one.next_run, zone, { ...speaker, zoned: true })}>
      {trans.__('next %1', momentInShort(one.next_run, zone, { ...speaker, zoned }))}
    </span>
  );
}

/** Who answers for a pipeline, or published it. */
export function ownerOf(one: Listed): string {
  return one.owners.length > 0 ? one.owners.join(', ') : (one.by ?? '');
}

function RunRow({ run, named }: { run: Run; named: boolean }): React.JSX.Element {
  const frame = useFrame();
  const about = [beganInWords(run, frame), lengthInWords(run), whereInWords(run, frame.trans)];
  return (
    <>
      <span className="nbf-Rows-head">
        <span className="nbf-Rows-name" title={`${run.dag_id}/${run.run_id}`}>
          {named ? run.dag_id : beganInWords(run, frame)}
        </span>
        <State state={run.state} />
      </span>
      <span className="nbf-Rows-about">
        {about
          .slice(named ? 0 : 1)
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}
