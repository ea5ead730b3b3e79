import { matchingLines, regexMarks } from './regex';
import type { RegexAnswer, RegexQuestion } from './regexclient';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const decoder = new TextDecoder();

/** Runs expressions of the reader's, and nothing else: it can be ended at any time without a line being lost. */
scope.onmessage = ({ data }: MessageEvent<RegexQuestion>) => {
  const answer: RegexAnswer =
    data.type === 'lines'
      ? { type: 'lines', hits: matchingLines(data.source, decoder.decode(data.bytes)) }
      : { type: 'marks', marks: data.texts.map((text) => regexMarks(data.source, text)) };
  scope.postMessage(answer);
};
