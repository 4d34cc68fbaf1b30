import React from 'react';

import { ServerFailure } from '../../client/failure';
import type { Publication } from '../../generated/answers';
import { CauseList } from '../../parts/field';
import { ownZone } from '../../parts/moments';
import { originOf, titleOf } from '../../parts/versions';
import { useFrame } from './frame';

/** Versions that are shown at first: one goes back to one of the last, mostly. */
const LATEST = 5;

/** The versions of a pipeline that are kept, the newest first; each but the one that runs can be gone back to. */
export function Versions({ dag, close }: { dag: string; close: () => void }): React.JSX.Element {
  const { actions, trans, language } = useFrame();
  const [all, showAll] = React.useState(false);
  const [found, show] = React.useState<Publication | ServerFailure | null>(null);
  React.useEffect(() => {
    const stopped = new AbortController();
    actions.versionsOf(dag, stopped.signal).then(show, (error: unknown) => {
      if (error instanceof ServerFailure) {
        show(error);
      }
    });
    return () => stopped.abort();
  }, [actions, dag]);
  if (found === null) {
    return <p className="nbf-Panel-none">{trans.__('Reading…')}</p>;
  }
  if (found instanceof ServerFailure) {
    return (
      <CauseList
        causes={[{ message: found.message, hint: found.hint, severity: 'error', cell: null }]}
      />
    );
  }
  const versions = keptOf(found);
  const speaker = { language, now: new Date() };
  /** Who declines looks on among them. */
  const goBack = async (one: Kept): Promise<void> => {
    if (await actions.rollBack(dag, one.digest, titleOf(one, speaker, ownZone()))) {
      close();
    }
  };
  return (
    <ul className="nbf-Versions" aria-label={trans.__('Versions')}>
      {versions.slice(0, all ? undefined : LATEST).map(one => (
        <Version
          key={one.digest}
          version={one}
          runs={one.digest === found.digest}
          back={() => void goBack(one)}
        />
      ))}
      {versions.length > LATEST && (
        <li>
          <button type="button" className="nbf-Link" onClick={() => showAll(!all)}>
            {all
              ? trans.__('Show the latest %1', LATEST)
              : trans.__('Show all %1', versions.length)}
          </button>
        </li>
      )}
    </ul>
  );
}

type Kept = Publication['versions'][number];

/** The versions that one can go back to: one that was published again, as it was then. */
function keptOf({ versions }: Publication): Kept[] {
  const kept = versions.filter(one => one.kept && one.digest !== '');
  const newest = new Map(kept.map(one => [one.digest, one]));
  return kept.reverse().filter(one => newest.get(one.digest) === one);
}

function Version(props: { version: Kept; runs: boolean; back: () => void }): React.JSX.Element {
  const { deeds, language, trans } = useFrame();
  const short = props.version.digest.slice(0, 8);
  const speaker = { language, now: new Date() };
  return (
    <li>
      <span>
        <code>{short}</code> {originOf(props.version, speaker, ownZone())}
      </span>
      {props.runs ? (
        <span className="nbf-Rows-about">{trans.__('current')}</span>
      ) : (
        <button
          type="button"
          className="nbf-Link"
          disabled={deeds.busy}
          aria-label={trans.__('Go back to %1', short)}
          onClick={props.back}
        >
          {trans.__('Go back to it')}
        </button>
      )}
    </li>
  );
}
