import { describe, expect, it } from 'vitest';
import { matchingLines } from './regex';
import { RegexClient, type RegexPort, RegexTimeout } from './regexclient';

const bytes = (text: string) => new TextEncoder().encode(text);

function port(answers: boolean, log: string[]): RegexPort {
  return {
    ask(question, answer) {
      log.push('ask');
      if (answers && question.type === 'lines') {
        answer({ type: 'lines', hits: matchingLines(question.source, new TextDecoder().decode(question.bytes)) });
      }
    },
    terminate: () => log.push('terminate'),
  };
}

describe('RegexClient', () => {
  it('answers with the lines that match', async () => {
    const client = new RegexClient(
      () => port(true, []),
      () => new Promise(() => {}),
    );
    expect(await client.lines('b', bytes('ab\nc\nb'))).toEqual([0, 2]);
  });

  it('ends the worker of an expression that takes too long, and starts another for the next', async () => {
    const log: string[] = [];
    let answers = false;
    const client = new RegexClient(
      () => {
        log.push('start');
        return port(answers, log);
      },
      () => (answers ? new Promise(() => {}) : Promise.resolve()),
    );
    await expect(client.lines('(a+)+$', bytes('aaaa!'))).rejects.toThrow(RegexTimeout);
    answers = true;
    expect(await client.lines('a', bytes('a'))).toEqual([0]);
    expect(log).toEqual(['start', 'ask', 'terminate', 'start', 'ask']);
  });
});
