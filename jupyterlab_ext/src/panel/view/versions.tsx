import React from 'react';

import { ServerFailure } from '../../client/failure';
import type { Publication } from '../../generated/answers';
import { CauseList } from '../../parts/field';
import { momentInShort } from '../../parts/moments';
import { useFrame } from './frame';

/** The versions of a pipeline that are kept; each but the one that runs can be gone back to. */
export function Versions({ dag, close }: { dag: string; close: () => void }): React.JSX.Element {
  const { actions, trans } = useFrame();
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
  const versions = found.versions.filter(one => one.kept && one.digest !== '').reverse();
  return (
    <ul className="nbf-Versions" aria-label={trans.__('Versions')}>
      {versions.map((one, index) => (
        <Version
          key={`${one.digest} ${index}`}
          version={one}
          runs={one.digest === found.digest}
          back={() => {
            close();
            void actions.rollBack(dag, one.digest);
          }}
        />
      ))}
    </ul>
  );
}

function Version(props: {
  version: Publication['versions'][number];
  runs: boolean;
  back: () => void;
}): React.JSX.Element {
  const { language, trans } = useFrame();
  const { digest, by, moment } = props.version;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const when = moment === null ? '' : momentInShort(moment, zone, { language, now: new Date() });
  const short = digest.slice(0, 8);
  return (
    <li>
      <span>
        <code>{short}</code> {[when, by].filter(Boolean).join(' · ')}
      </span>
      {props.runs ? (
        <span className="nbf-Rows-about">{trans.__('current')}</span>
      ) : (
        <button
          type="button"
          className="nbf-Link"
          aria-label={trans.__('Go back to %1', short)}
          onClick={props.back}
        >
          {trans.__('Go back to it')}
        </button>
      )}
    </li>
  );
}
