import React from 'react';

import { Inline, Section } from '../../parts/field';
import { ParameterField } from '../../parts/parameter';
import { useFrame } from './frame';

/** The values of the parameters, for a run that is started from the form. */
export function Parameters(): React.JSX.Element | null {
  const { draft, causes, trans } = useFrame();
  const parameters = draft.meant?.parameters ?? [];
  if (parameters.length === 0) {
    return draft.isBlank ? null : <None />;
  }
  return (
    <Section
      title={trans.__('Parameters')}
      note={trans.__(
        'For “Run now”. Scheduled runs take the values that the notebook’s parameters cell has.'
      )}
    >
      {parameters.map(parameter => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          held={draft.value(parameter)}
          give={value => draft.give(parameter.name, value)}
          causes={causes.fields.get(`parameters.${parameter.name}`)}
        />
      ))}
    </Section>
  );
}

/** What parameters are, and how a notebook comes by them. */
function None(): React.JSX.Element {
  const { draft, trans, numberOf, makeParameters } = useFrame();
  const candidate = draft.meant?.parameters_candidate ?? null;
  const number = candidate === null ? null : numberOf(candidate);
  return (
    <Section title={trans.__('Parameters')}>
      <p className="nbf-Field-help">
        {trans.__(
          'Values that each run can be given anew, such as a date or a size. There are none.'
        )}{' '}
        {number === null && (
          <Inline
            text={trans.__(
              'Assign them in a cell of their own, and give it the tag `parameters`: press E in it, and choose “parameters”.'
            )}
          />
        )}
      </p>
      {candidate !== null && number !== null && (
        <button
          type="button"
          className="nbf-Button nbf-Section-deed"
          onClick={() => makeParameters(candidate)}
        >
          {trans.__('Make cell %1 the parameters cell', number)}
        </button>
      )}
    </Section>
  );
}
