import type { ReactNode, Ref } from 'react';
import { text } from '../messages';
import { levels } from '../stream/wire';

/** A button that is on or off. */
export function Toggle({
  on,
  onToggle,
  children,
  ...rest
}: {
  on: boolean;
  onToggle(on: boolean): void;
  children: ReactNode;
  title?: string;
  className?: string;
  'aria-label'?: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onToggle(!on)}
      {...rest}
      className={`toggle ${rest.className ?? ''}`}
    >
      {children}
    </button>
  );
}

interface SearchProps {
  q: string;
  regex: boolean;
  error: string;
  matches: string;
  input: Ref<HTMLInputElement>;
  onSearch(q: string): void;
  onRegex(on: boolean): void;
  onStep(direction: 1 | -1): void;
}

export function SearchBox({ q, regex, error, matches, input, onSearch, onRegex, onStep }: SearchProps) {
  return (
    <search className="search">
      <input
        ref={input}
        type="search"
        aria-label={text.search}
        placeholder={text.searchHint}
        value={q}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-invalid={error !== ''}
        aria-describedby="search-state"
        onChange={(event) => onSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
        }}
      />
      <span id="search-state" className={error === '' ? 'matches' : 'matches bad'} title={error}>
        {error || matches}
      </span>
      <Toggle on={regex} onToggle={onRegex} aria-label={text.regex} title={text.regex} className="small">
        .*
      </Toggle>
      <button
        type="button"
        className="small"
        disabled={q === ''}
        aria-label={text.previousMatch}
        title={text.previousMatch}
        onClick={() => onStep(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        className="small"
        disabled={q === ''}
        aria-label={text.nextMatch}
        title={text.nextMatch}
        onClick={() => onStep(1)}
      >
        ↓
      </button>
    </search>
  );
}

export function LevelSelect({ level, onLevel }: { level: number; onLevel(level: number): void }) {
  return (
    <select aria-label={text.level} value={level} onChange={(event) => onLevel(Number(event.target.value))}>
      {levels.map((name, number) => (
        <option key={name} value={number}>
          {number === 0 ? text.anyLevel : `${name}${number < 6 ? ' and up' : ''}`}
        </option>
      ))}
    </select>
  );
}
