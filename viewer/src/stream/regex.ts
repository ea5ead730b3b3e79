/** Marks of one line at most: a line of a million matches is not worth a million elements. */
const mostMarks = 1000;

/**
 * The lines of a text, numbered from 0, that an expression matches. It runs over the text as a whole, which takes an
 * eighth of the time of a run per line; one that looks around itself could see past its line, so it runs per line.
 */
export function matchingLines(source: string, text: string): number[] {
  const pattern = new RegExp(source, 'gim');
  const hits: number[] = [];
  if (/\(\?<?[=!]/.test(source)) {
    text.split('\n').forEach((line, number) => {
      if (matches(pattern, line)) hits.push(number);
    });
    return hits;
  }
  let number = 0;
  let start = 0;
  let end = lineEnd(text, 0);
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    while (match.index > end) {
      number++;
      start = end + 1;
      end = lineEnd(text, start);
    }
    // A match that runs over the end of its line (\s takes line feeds) says nothing: the line alone decides.
    const within = match.index + match[0].length <= end;
    if (within || matches(pattern, text.slice(start, end))) hits.push(number);
    if (end === text.length) break;
    number++;
    start = end + 1;
    end = lineEnd(text, start);
    pattern.lastIndex = start;
  }
  return hits;
}

/** Where an expression matches in a line, as flat triples (start, end, colour 0). */
export function regexMarks(source: string, line: string): number[] {
  const marks: number[] = [];
  for (const match of line.matchAll(new RegExp(source, 'gi'))) {
    if (match[0].length > 0) marks.push(match.index, match.index + match[0].length, 0);
    if (marks.length >= mostMarks * 3) break;
  }
  return marks;
}

function matches(pattern: RegExp, line: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(line);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
