import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';

import type { Line, Lines } from '../lines';
import type { Follower } from '../follower';
import { useFrame } from './frame';

/** Pixels to its end from which somebody is taken to look there. */
const NEAR = 17;
/** Lines that the browser lays out together, as soon as they come in sight. */
const BLOCK = 200;
/** Colours and the like, which terminals understand. */
// eslint-disable-next-line no-control-regex -- they begin with one
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** A step whose log somebody asked for; anew each time. */
export interface Asked {
  readonly step: string;
}

/** What a step has written; it stays at its end while somebody looks there. */
export function Log(props: { follower: Follower; asked: Asked | null }): React.JSX.Element | null {
  const { trans, wraps, setWraps } = useFrame();
  const { lines } = props.follower;
  const node = React.useRef<HTMLDivElement>(null);
  const ended = React.useRef(true);
  const section = useInSight(props);
  const all = lines?.all ?? [];
  const missed = props.follower.cut
    ? trans.__('Airflow is not in reach: the log cannot be read on.')
    : lines?.failure?.message;
  const written = all.length + (lines?.left ?? 0);
  React.useLayoutEffect(() => {
    ended.current = true;
  }, [lines]);
  React.useLayoutEffect(() => {
    if (node.current !== null && ended.current) {
      node.current.scrollTop = node.current.scrollHeight;
    }
  }, [written, lines, wraps]);
  if (lines === null) {
    return null;
  }
  return (
    <section ref={section} aria-label={trans.__('Log of %1', lines.step)}>
      <div className="nbf-Log-head">
        <h3 className="nbf-Panel-subtitle">{trans.__('Log of %1', lines.step)}</h3>
        {all.length > 0 && (
          <button type="button" className="nbf-Link" onClick={() => setWraps(!wraps)}>
            {wraps ? trans.__('Do not wrap lines') : trans.__('Wrap lines')}
          </button>
        )}
      </div>
      {lines.left > 0 && (
        <p className="nbf-Rows-about">{trans.__('%1 earlier lines are left out', lines.left)}</p>
      )}
      {missed !== undefined && <p className="nbf-Rows-about">{missed}</p>}
      {all.length === 0 ? (
        missed === undefined && <p className="nbf-Rows-about">{noneInWords(lines, trans)}</p>
      ) : (
        <div
          ref={node}
          className="nbf-Log"
          data-wraps={wraps}
          role="log"
          aria-live="off"
          aria-label={trans.__('Lines of the log')}
          tabIndex={0}
          onScroll={event => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            ended.current = scrollTop + clientHeight >= scrollHeight - NEAR;
          }}
        >
          {blocksOf(all, lines.left).map(block => (
            <Block key={block.number} lines={block.lines} />
          ))}
        </div>
      )}
    </section>
  );
}

/** That there are no lines. */
function noneInWords(lines: Lines, trans: TranslationBundle): string {
  if (lines.done) {
    return trans.__('It has written nothing.');
  }
  return lines.loaded ? trans.__('It has written nothing yet.') : trans.__('Reading…');
}

/** What is brought into sight once the log that somebody asked for is there. */
function useInSight(props: {
  follower: Follower;
  asked: Asked | null;
}): React.RefObject<HTMLElement> {
  const { asked, follower } = props;
  const section = React.useRef<HTMLElement>(null);
  const done = React.useRef<Asked | null>(null);
  React.useLayoutEffect(() => {
    const { lines } = follower;
    if (asked !== null && asked !== done.current && lines?.step === asked.step) {
      section.current?.scrollIntoView({ block: 'nearest' });
      if (lines.loaded) {
        done.current = asked;
      }
    }
  });
  return section;
}

/** Lines in blocks that stay the same while more is written. */
function blocksOf(all: readonly Line[], left: number): { number: number; lines: Line[] }[] {
  const blocks: { number: number; lines: Line[] }[] = [];
  for (let first = 0; first < all.length;) {
    const number = Math.floor((left + first) / BLOCK);
    const end = (number + 1) * BLOCK - left;
    blocks.push({ number, lines: all.slice(first, end) });
    first = end;
  }
  return blocks;
}

const Block = React.memo(
  function Block({ lines }: { lines: readonly Line[] }): React.JSX.Element {
    return (
      <pre className="nbf-Log-block">
        {lines.map((line, index) => {
          // A traceback is written at once, and is several lines all the same.
          const written = line.text.replace(ESCAPES, '').replace(/\r\n/g, '\n');
          const text = `${written.trimEnd()}\n`;
          const level = levelOf(line);
          return level === undefined ? (
            text
          ) : (
            <span key={index} data-level={level}>
              {text}
            </span>
          );
        })}
      </pre>
    );
  },
  (before, now) => before.lines[0] === now.lines[0] && before.lines.length === now.lines.length
);

function levelOf({ level }: Line): 'error' | 'warning' | undefined {
  if (level === 'error' || level === 'critical' || level === 'stderr') {
    return 'error';
  }
  return level === 'warning' ? 'warning' : undefined;
}
