import React from 'react';

import type { Run, RunFile } from '../../generated/answers';
import { Section } from '../../parts/field';
import { bytesInWords } from '../../parts/sizes';
import type { Follower } from '../follower';
import { useFrame } from './frame';

/** Files that are shown at first, and that each press shows further. */
const FIRST = 20;
const FURTHER = 100;

/** The files that a run's notebook wrote beside itself, each to be saved. */
export function Files(props: { follower: Follower; run: Run }): React.JSX.Element | null {
  const { actions, deeds, trans } = useFrame();
  const [count, show] = React.useState(FIRST);
  const { run } = props;
  const { all, failure } = props.follower.files;
  const rest = all.length - count;
  if (all.length === 0 && failure === null) {
    return null;
  }
  return (
    <Section title={trans.__('Files')}>
      {failure !== null && (
        <p className="nbf-Rows-about">
          {trans.__('Which files it has left is not known: %1', failure.message)}
        </p>
      )}
      <ul className="nbf-Files" aria-label={trans.__('Files')}>
        {all.slice(0, count).map(file => (
          <File key={file.name} file={file} run={run} />
        ))}
      </ul>
      <div className="nbf-Files-all">
        {rest > 0 && (
          <button type="button" className="nbf-Link" onClick={() => show(count + FURTHER)}>
            {trans.__('and %1 more', rest)}
          </button>
        )}
        {all.length > 1 && (
          <button
            type="button"
            className="nbf-Button"
            disabled={deeds.busy}
            title={trans.__('Save all files beside the notebook')}
            onClick={() => void actions.save(run, all)}
          >
            {trans.__('Save All')}
          </button>
        )}
      </div>
    </Section>
  );
}

function File({ file, run }: { file: RunFile; run: Run }): React.JSX.Element {
  const { actions, deeds, trans, language } = useFrame();
  const { name, size, step } = file;
  return (
    <li className="nbf-File">
      <span className="nbf-File-name">
        {name.split('/').map((part, index) => (
          <React.Fragment key={index}>
            {index > 0 && (
              <>
                /<wbr />
              </>
            )}
            {part}
          </React.Fragment>
        ))}
      </span>
      <button
        type="button"
        className="nbf-Button"
        disabled={deeds.busy}
        aria-label={trans.__('Save %1', name)}
        title={trans.__('Save it beside the notebook')}
        onClick={() => void actions.save(run, [file])}
      >
        {trans.__('Save')}
      </button>
      <span className="nbf-Rows-about">
        {bytesInWords(size, language)} · {trans.__('from %1', step)}
      </span>
    </li>
  );
}
