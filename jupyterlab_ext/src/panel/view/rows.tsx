import React from 'react';

/** Rows beyond those in sight that are drawn: a quick scroll shows no gap. */
const SPARE = 6;

/**
 * A list of rows that are equally high, of which only those in sight are drawn.
 *
 * It has the focus as a whole: arrows go from row to row, Enter opens one.
 */
export function Rows(props: {
  label: string;
  count: number;
  /** Pixels. */
  height: number;
  keyOf: (index: number) => string;
  row: (index: number) => React.ReactNode;
  open: (index: number) => void;
  /** Is told which rows are in sight. */
  sight: (from: number, to: number) => void;
}): React.JSX.Element {
  const { count, height, keyOf, sight } = props;
  const id = React.useId();
  const list = React.useRef<HTMLDivElement>(null);
  const [top, setTop] = React.useState(0);
  const [room, setRoom] = React.useState(600);
  const [chosen, choose] = React.useState(0);
  React.useEffect(() => {
    const node = list.current;
    if (node === null) {
      return undefined;
    }
    const observer = new ResizeObserver(() => setRoom(node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(top / height) - SPARE);
  const last = Math.min(count - 1, Math.ceil((top + room) / height) + SPARE);
  React.useEffect(() => sight(first, Math.max(first, last)), [first, last, sight]);
  const active = Math.min(chosen, count - 1);
  const show = (index: number): void => {
    const node = list.current;
    choose(index);
    if (node !== null) {
      const above = index * height;
      node.scrollTop = Math.min(above, Math.max(node.scrollTop, above + height - room));
    }
  };
  const onKey = (event: React.KeyboardEvent): void => {
    const by = Math.max(1, Math.floor(room / height) - 1);
    const to: Partial<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + by,
      PageUp: active - by,
      Home: 0,
      End: count - 1
    };
    const goal = to[event.key];
    if (goal !== undefined && count > 0) {
      event.preventDefault();
      show(Math.max(0, Math.min(count - 1, goal)));
    } else if ((event.key === 'Enter' || event.key === ' ') && active >= 0) {
      event.preventDefault();
      props.open(active);
    }
  };
  const drawn = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const named = active >= first && active <= last;
  return (
    <div
      ref={list}
      className="nbf-Rows"
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={named ? `${id}-${active}` : undefined}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKey}
    >
      <div className="nbf-Rows-all" role="presentation" style={{ height: count * height }}>
        {drawn.map(index => (
          <div
            key={keyOf(index)}
            id={`${id}-${index}`}
            className="nbf-Rows-row"
            role="option"
            aria-selected={index === active}
            aria-posinset={index + 1}
            aria-setsize={count}
            style={{ height, top: index * height }}
            onClick={() => {
              choose(index);
              props.open(index);
            }}
          >
            {props.row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
