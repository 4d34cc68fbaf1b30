import React from 'react';

import { Section } from '../../parts/field';
import { momentInWords } from '../../parts/moments';
import type { Difference } from '../draft';
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
            {draft.inspection.found?.ok === false
              ? draft.isBlank
                ? trans.__('Compared when there is some code.')
                : trans.__('Compared when nothing is wrong any more.')
              : failure !== null
                ? trans.__('Not compared: %1', failure.message)
                : trans.__('Comparing…')}
          </p>
        )}
      </div>
    </Section>
  );
}

function Found({ found }: { found: Difference }): React.JSX.Element {
  const { trans, language, draft, numberOf, goTo } = useFrame();
  if (found.published === null) {
    return <p className="nbf-Field-help">{trans.__('It is not published yet.')}</p>;
  }
  const { by, moment } = found.published;
  const speaker = { language, now: new Date() };
  const when = moment === null ? '' : momentInWords(moment, draft.timezone, speaker);
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
      <ul className="nbf-Changes">
        {found.changes.map((change, index) => (
          <li key={index} data-sort={change.sort}>
            <span className="nbf-Changes-what">
              {[change.part, change.name].filter(Boolean).join(' ')}:
            </span>{' '}
            {change.details.length === 0 ? wordOf(change.sort, trans) : change.details.join('; ')}
          </li>
        ))}
        {found.cells.map(cell => (
          <li key={cell.cell} data-sort={cell.sort}>
            <details>
              <summary>
                {trans.__('Cell %1', cell.index)} {wordOf(cell.sort, trans)}
                {cell.step !== null && ` · ${cell.step}`}
              </summary>
              {numberOf(cell.cell) !== null && (
                <button type="button" className="nbf-Link" onClick={() => goTo(cell.cell)}>
                  {trans.__('Show it')}
                </button>
              )}
              <pre className="nbf-Diff" tabIndex={0}>
                {cell.text
                  .split('\n')
                  .filter(line => !/^(---|\+\+\+|@@)/.test(line))
                  .map((line, index) => (
                    <span key={index} data-sign={line.slice(0, 1)}>
                      {line}
                      {'\n'}
                    </span>
                  ))}
              </pre>
            </details>
          </li>
        ))}
      </ul>
      {when !== '' && <p className="nbf-Field-help">{published}</p>}
    </>
  );
}

function wordOf(sort: string, trans: { __: (text: string) => string }): string {
  switch (sort) {
    case 'new':
      return trans.__('is new');
    case 'gone':
      return trans.__('is gone');
    default:
      return trans.__('is changed');
  }
}
