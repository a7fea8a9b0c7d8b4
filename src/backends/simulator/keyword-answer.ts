import { CODE_ANSWER, GREETING_ANSWER, LIST_ANSWER, TABLE_ANSWER } from './keyword-texts.js';

/** The first row that finds one of its words decides. */
const ANSWERS: readonly { readonly words: RegExp; readonly text: string }[] = [
  { words: toWholeWords('hello|hi|hey'), text: GREETING_ANSWER },
  { words: toWholeWords('code|program|function'), text: CODE_ANSWER },
  { words: toWholeWords('table|data|comparison'), text: TABLE_ANSWER },
  { words: toWholeWords('list|steps|how\\s+to'), text: LIST_ANSWER },
];

const QUOTED_CHARACTERS = 160;

/** What is said without any model: chosen by the words of the question, the same for the same question. */
export function toKeywordAnswer(question: string): string {
  return ANSWERS.find(({ words }) => words.test(question))?.text ?? toAcknowledgement(question);
}

/** Letters and digits of any script bound a word, so that the `hi` of `chiffre` or `hiçbir` is none. */
function toWholeWords(words: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{M}\\p{N}_])(?:${words})(?![\\p{L}\\p{M}\\p{N}_])`, 'iu');
}

function toAcknowledgement(question: string): string {
  const quoted = shorten(question);
  const naming = quoted === '' ? 'your message' : `your question: "${quoted}"`;
  return `Thank you for ${naming}. I'm a simulated AI assistant, so this answer took no language model.`;
}

/** On one line, cut between characters. */
function shorten(question: string): string {
  const start = question.trim().slice(0, QUOTED_CHARACTERS * 4);
  const characters = [...start.replace(/[\ud800-\udbff]$/, '').replace(/\s+/g, ' ')];
  if (characters.length <= QUOTED_CHARACTERS) return characters.join('');
  return `${characters.slice(0, QUOTED_CHARACTERS).join('').trimEnd()}…`;
}
