import React from 'react';

import type { Line } from '../lines';
import type { Follower } from '../follower';
import { useFrame } from './frame';

/** Pixels of a line, and how many beyond those in sight are drawn. */
const HEIGHT = 17;
const SPARE = 20;
/** Colours and the like, which terminals understand. */
// eslint-disable-next-line no-control-regex -- they begin with one
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** What a step has written; it stays at its end while somebody looks there. */
export function Log({ follower }: { follower: Follower }): React.JSX.Element | null {
  const { trans } = useFrame();
  const { lines } = follower;
  const node = React.useRef<HTMLDivElement>(null);
  const ended = React.useRef(true);
  const [top, setTop] = React.useState(0);
  const all = lines?.all ?? [];
  const written = all.length + (lines?.left ?? 0);
  React.useLayoutEffect(() => {
    ended.current = true;
  }, [lines]);
  React.useLayoutEffect(() => {
    if (node.current !== null && ended.current) {
      node.current.scrollTop = node.current.scrollHeight;
    }
  }, [written, lines]);
  if (lines === null) {
    return null;
  }
  const room = 320;
  const first = Math.max(0, Math.floor(top / HEIGHT) - SPARE);
  const shown = all.slice(first, first + Math.ceil(room / HEIGHT) + 2 * SPARE);
  return (
    <section aria-label={trans.__('Log of %1', lines.step)}>
      <h3 className="nbf-Panel-subtitle">{trans.__('Log of %1', lines.step)}</h3>
      {lines.left > 0 && (
        <p className="nbf-Rows-about">{trans.__('%1 earlier lines are left out', lines.left)}</p>
      )}
      {lines.failure !== null && <p className="nbf-Rows-about">{lines.failure.message}</p>}
      {all.length === 0 ? (
        <p className="nbf-Rows-about">
          {lines.loaded ? trans.__('It has written nothing.') : trans.__('Reading…')}
        </p>
      ) : (
        <div
          ref={node}
          className="nbf-Log"
          role="log"
          aria-live="off"
          aria-label={trans.__('Lines of the log')}
          tabIndex={0}
          style={{ maxHeight: room }}
          onScroll={event => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            ended.current = scrollTop + clientHeight >= scrollHeight - HEIGHT;
            setTop(scrollTop);
          }}
        >
          <div className="nbf-Log-all" style={{ height: all.length * HEIGHT }}>
            <pre style={{ top: first * HEIGHT, lineHeight: `${HEIGHT}px` }}>
              {shown.map((line, index) => (
                <span key={first + index} data-level={levelOf(line)}>
                  {line.text.replace(ESCAPES, '').replace(/\r?\n/g, ' ')}
                  {'\n'}
                </span>
              ))}
            </pre>
          </div>
        </div>
      )}
    </section>
  );
}

function levelOf({ level }: Line): 'error' | 'warning' | undefined {
  if (level === 'error' || level === 'critical' || level === 'stderr') {
    return 'error';
  }
  return level === 'warning' ? 'warning' : undefined;
}
