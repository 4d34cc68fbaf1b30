import React from 'react';

import { Section } from '../../parts/field';
import { ParameterField } from '../../parts/parameter';
import { useFrame } from './frame';

/** The values of the parameters, for a run that is started from the form. */
export function Parameters(): React.JSX.Element | null {
  const { draft, causes, trans } = useFrame();
  const parameters = draft.meant?.parameters ?? [];
  if (parameters.length === 0) {
    return null;
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
