import React from 'react';

import type { Difference } from '../../generated/answers';
import { ChangeList } from '../../parts/changes';
import { Inline, Section } from '../../parts/field';
import { momentInWords } from '../../parts/moments';
import { useFrame } from './frame';

/** What would change against what is published. */
export function Changes(): React.JSX.Element {
  const { draft, trans } = useFrame();
  const { found, failure } = draft.difference;
  return (
    <Section title={trans.__('Against what is published')}>
      <div aria-live="polite">
        {found !== null ? (
          <Found found={found} />
        ) : (
          <p className="nbf-Field-help">
            {draft.inspection.found?.ok === false ? (
              draft.isBlank ? (
                trans.__('Compared when there is some code.')
              ) : (
                trans.__('Compared when nothing is wrong any more.')
              )
            ) : failure !== null ? (
              <Inline text={trans.__('Not compared: %1', failure.message)} />
            ) : (
              trans.__('Comparing…')
            )}
          </p>
        )}
      </div>
    </Section>
  );
}

function Found({ found }: { found: Difference }): React.JSX.Element {
  const { draft, trans, language, zone, numberOf, goTo } = useFrame();
  if (found.published === null) {
    return <p className="nbf-Field-help">{trans.__('It is not published yet.')}</p>;
  }
  const { by, moment } = found.published;
  const speaker = { language, now: new Date() };
  const when = moment === null ? '' : momentInWords(moment, zone, speaker);
  const published =
    by === null ? trans.__('Published: %1.', when) : trans.__('Published by %1: %2.', by, when);
  if (!found.changed) {
    return (
      <p className="nbf-Field-help">
        {trans.__('Nothing would change.')} {when !== '' && published}
      </p>
    );
  }
  return (
    <>
      {draft.another !== null && (
        <p className="nbf-Field-help">
          {trans.__('Compared with %1, which is published under this name.', draft.another)}
        </p>
      )}
      <ChangeList
        found={found}
        trans={trans}
        lead={cell =>
          numberOf(cell) !== null && (
            <button type="button" className="nbf-Link" onClick={() => goTo(cell)}>
              {trans.__('Show it')}
            </button>
          )
        }
      />
      {when !== '' && <p className="nbf-Field-help">{published}</p>}
    </>
  );
}
