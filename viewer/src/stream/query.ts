import { levelNumber } from './wire';

/** One thing searched for. */
export interface Term {
  text: string;
  regex: boolean;
  exclude: boolean;
  /** Number of its highlight colour; −1 for an excluded term. */
  colour: number;
}

/**
 * What the search box asks for. A line matches when it holds every included term of one of the alternatives, none of the
 * excluded terms, and stands at the level, pod and container asked for.
 */
export interface Query {
  /** All terms, for highlighting. */
  terms: Term[];
  /** Included terms between `|`; empty when there are none. */
  alternatives: Term[][];
  minLevel: number;
  pods: string[];
  containers: string[];
  /** Why the text cannot be searched for. */
  error?: string;
}

/** Highlight colours that the style sheet knows. */
export const termColours = 6;

// -term, field:value, "a phrase", | or a word; a quote that is not closed reaches to the end.
const token = /(-?)(?:(level|pod|container):)?(?:"([^"]*)"?|(\S+))/gi;

/** Reads the search box. With `regex` the whole text is one JavaScript regular expression. */
export function parseQuery(text: string, regex: boolean): Query {
  const query: Query = { terms: [], alternatives: [], minLevel: 0, pods: [], containers: [] };
  if (regex) {
    if (text !== '') addRegex(query, text);
    return query;
  }
  let colour = 0;
  let alternative: Term[] = [];
  for (const [whole, minus, field, phrase, word] of text.matchAll(token)) {
    const value = phrase ?? word ?? '';
    if (value === '') continue;
    switch (field?.toLowerCase()) {
      case 'level':
        query.minLevel = levelNumber(value);
        if (query.minLevel === 0)
          query.error = `level:${value}: one of trace, debug, info, warn, error, fatal is meant`;
        continue;
      case 'pod':
        query.pods.push(value);
        continue;
      case 'container':
        query.containers.push(value);
        continue;
    }
    if (word === '|' && !minus) {
      if (alternative.length > 0) query.alternatives.push(alternative);
      alternative = [];
      continue;
    }
    const exclude = minus === '-' && whole.length > 1;
    const term = { text: value, regex: false, exclude, colour: exclude ? -1 : colour++ % termColours };
    query.terms.push(term);
    if (!exclude) alternative.push(term);
  }
  if (alternative.length > 0) query.alternatives.push(alternative);
  return query;
}

function addRegex(query: Query, text: string): void {
  try {
    new RegExp(text, 'gi');
    const term = { text, regex: true, exclude: false, colour: 0 };
    query.terms.push(term);
    query.alternatives.push([term]);
  } catch (error) {
    query.error = (error as Error).message.replace('Invalid regular expression: ', '');
  }
}

export function isEmpty(query: Query): boolean {
  return query.terms.length === 0 && query.minLevel === 0 && query.pods.length === 0 && query.containers.length === 0;
}

/** Whether a name matches a glob (`*`, `?`), or holds it when it has no wildcard. */
export function nameMatches(name: string, glob: string): boolean {
  if (!/[*?]/.test(glob)) return name.includes(glob);
  let n = 0;
  let g = 0;
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    if (g < glob.length && (glob[g] === '?' || glob[g] === name[n]) && glob[g] !== '*') {
      n++;
      g++;
    } else if (g < glob.length && glob[g] === '*') {
      star = g++;
      starName = n;
    } else if (star >= 0) {
      g = star + 1;
      n = ++starName;
    } else {
      return false;
    }
  }
  while (g < glob.length && glob[g] === '*') g++;
  return g === glob.length;
}
