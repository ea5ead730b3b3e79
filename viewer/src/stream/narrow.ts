import type { Choice } from './protocol';
import { parseQuery, type Term } from './query';
import { levels } from './wire';

/** Longest `q` or `regex` that the stream takes, in characters. */
const mostPattern = 512;
const mostValues = 32;

/**
 * The stream's own query that leaves out as much as it can of what does not match, and nothing that does: the tab still
 * tests each line. '' when the server could leave nothing out.
 */
export function serverQuery({
  q,
  regex,
  pods,
  containers,
  level,
}: Pick<Choice, 'q' | 'regex' | 'pods' | 'containers' | 'level'>): string {
  const query = parseQuery(q, regex);
  if (query.error !== undefined) return '';
  const asked = new URLSearchParams();
  const alternatives = query.alternatives.map(longest);
  if (alternatives.length === 1 && !alternatives[0]!.regex) set(asked, 'q', alternatives[0]!.text);
  else if (alternatives.length > 0) {
    // The tab searches without regard to case.
    set(
      asked,
      'regex',
      `(?i)(?:${alternatives.map((term) => (term.regex ? term.text : literal(term.text))).join('|')})`,
    );
  }
  append(asked, 'pod', pods.length > 0 ? pods : query.pods.map(glob));
  append(asked, 'container', containers.length > 0 ? containers : query.containers.map(glob));
  const least = Math.max(level, query.minLevel);
  if (least > 0) asked.set('level', levels[least]!.toLowerCase());
  const text = asked.toString();
  return text === '' ? '' : `?${text}`;
}

/** A query of {@link serverQuery} in words. */
export function describeServerQuery(query: string): string {
  return [...new URLSearchParams(query)]
    .map(([name, value]) => (name === 'q' ? `“${value}”` : `${name} ${value}`))
    .join(', ');
}

function longest(terms: Term[]): Term {
  return terms.reduce((best, term) => (term.text.length > best.text.length ? term : best));
}

function glob(name: string): string {
  return /[*?]/.test(name) ? name : `*${name}*`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#]/g, '\\$&');
}

function set(query: URLSearchParams, name: string, value: string): void {
  if (value.length <= mostPattern) query.set(name, value);
}

function append(query: URLSearchParams, name: string, values: readonly string[]): void {
  if (values.length <= mostValues) for (const value of values) query.append(name, value);
}
