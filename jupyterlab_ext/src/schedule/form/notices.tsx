import React from 'react';

import { CauseList, Field, Section } from '../../parts/field';
import { namesAt, textAt } from '../../parts/options';
import { useFrame } from './frame';

/** Who is told what becomes of runs. */
export function Notices(): React.JSX.Element {
  const { draft, causes, trans } = useFrame();
  const { choices, project } = draft;
  const chosen = [
    ...namesAt(choices.now, 'notify', 'failure'),
    ...namesAt(choices.now, 'notify', 'success'),
    ...namesAt(choices.now, 'notify', 'late', 'to')
  ];
  const channels = [...new Set([...(project.settings?.channels ?? []), ...chosen])];
  const late = namesAt(choices.now, 'notify', 'late', 'to');
  const wrong = [...causes.fields].flatMap(([name, found]) =>
    name.startsWith('notify') ? found : []
  );
  if (channels.length === 0) {
    return (
      <Section title={trans.__('Notifications')}>
        <p className="nbf-Field-help">
          {trans.__(
            'The settings name no channels. Whoever looks after them can add some under “channels” in nbflow.yaml.'
          )}
        </p>
        <CauseList causes={wrong} />
      </Section>
    );
  }
  return (
    <Section title={trans.__('Notifications')}>
      <Channels label={trans.__('Of failure')} where={['failure']} channels={channels} />
      <Channels label={trans.__('Of success')} where={['success']} channels={channels} />
      <Channels label={trans.__('Of a late run')} where={['late', 'to']} channels={channels} />
      {late.length > 0 && (
        <Field
          label={trans.__('Late after')}
          help={trans.__('Counted from when a run is due, such as 30m or 2h.')}
        >
          {given => (
            <input
              {...given}
              className="nbf-mod-short"
              value={textAt(choices.now, 'notify', 'late', 'after')}
              onChange={event =>
                choices.choose(['notify', 'late', 'after'], event.target.value || undefined)
              }
            />
          )}
        </Field>
      )}
      <CauseList causes={wrong} />
    </Section>
  );
}

function Channels(props: {
  label: string;
  where: readonly string[];
  channels: readonly string[];
}): React.JSX.Element {
  const { draft } = useFrame();
  const id = React.useId();
  const chosen = namesAt(draft.choices.now, 'notify', ...props.where);
  const choose = (channel: string, wanted: boolean): void => {
    const names = wanted ? [...chosen, channel] : chosen.filter(one => one !== channel);
    const late = props.where[0] === 'late';
    if (late && names.length === 0) {
      draft.choices.choose(['notify', 'late'], undefined);
    } else if (late) {
      const after = textAt(draft.choices.now, 'notify', 'late', 'after') || '2h';
      draft.choices.choose(['notify', 'late'], { after, to: names });
    } else {
      draft.choices.choose(['notify', ...props.where], names.length === 0 ? undefined : names);
    }
  };
  return (
    <div className="nbf-Field" role="group" aria-labelledby={id}>
      <span className="nbf-Field-label" id={id}>
        {props.label}
      </span>
      <div className="nbf-Field-body nbf-Row">
        {props.channels.map(channel => (
          <label key={channel} className="nbf-Check">
            <input
              type="checkbox"
              checked={chosen.includes(channel)}
              onChange={event => choose(channel, event.target.checked)}
            />
            {channel}
          </label>
        ))}
      </div>
    </div>
  );
}
