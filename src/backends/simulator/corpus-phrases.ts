// A table: what seeded answers are made of. A change to it changes the text of every seed.

/** Said whole, in pieces as a model would cut it: also inside of what a reader sees as one character. */
export type Phrase = readonly [string, ...string[]];
export type Phrases = readonly [Phrase, ...Phrase[]];

const WORDS =
  `the a of and to in that it with for as on by from or but when where which after before under over
river stone window garden letter morning engine answer question market bridge winter signal paper kitchen forest number
quiet bright narrow early common distant careful simple heavy open warm clear little second other
carries opens finds follows turns keeps brings reaches waits grows begins returns holds shows moves
café naïve Zürich jalapeño slowly together often nearly perhaps again 42 3.14 don't state-of-the-art (indeed) however,
therefore; done. Why? Yes! 🙂`.split(/\s+/);

export const WORD_PHRASES = WORDS.map((word): Phrase => [word]) as [Phrase, ...Phrase[]];

/** Scripts, accents and emoji as models cut them, and what has to be escaped. */
export const UNICODE_PHRASES: Phrases = [
  ['naïve'],
  ['Čeština,', ' žluťoučký', ' kůň'],
  ['e', '\u0301', 'tude'],
  ['Ελληνικά'],
  ['привет', ' мир'],
  ['שלום'],
  ['مرحبا'],
  ['สวัส', 'ดีค', '\u0e23', '\u0e31', 'บ'],
  ['ภาษา', 'ไทย'],
  ['ก', '\u0e33', 'ลัง'],
  ['你好', '，世', '界'],
  ['こんにちは'],
  ['한국어'],
  ['हिन्', 'दी'],
  ['🙂'],
  ['👩🏽‍💻'],
  ['👨', '\u200d', '👩', '\u200d', '👧'],
  ['🏳️', '\u200d', '🌈'],
  ['🇹', '🇭'],
  ['👍', '🏿'],
  ['1', '\ufe0f', '\u20e3'],
  ['𝔘𝔫𝔦'],
  ['line one\n', 'line two\n\n', 'line three'],
  ['tab\there'],
  ['"quoted\\"'],
  ['\u2028', 'separated'],
];

/** Lines, and what resembles the frames they travel in. */
export const CODE_PHRASES: Phrases = [
  [
    'const',
    ' total',
    ' =',
    ' items',
    '.reduce',
    '((',
    'sum',
    ',',
    ' item',
    ')',
    ' =>',
    ' sum',
    ' +',
    ' item.price',
    ',',
    ' 0',
    ');',
  ],
  ['if', ' (', 'a', ' <', ' b', ' &&', ' !', 'done', ')', ' {'],
  ['    return', ' `${', 'name', '}:', ' ${', 'value', '}`', ';'],
  ['}'],
  [''.padEnd(8), 'path', ' =', ' "C:\\\\', 'temp\\\\', 'new"'],
  ['def', ' mean', '(', 'values', '):'],
  ['    return', ' sum', '(', 'values', ')', ' /', ' len', '(', 'values', ')'],
  ['# größer als', ' null'],
  ['```', 'python'],
  ['```'],
  ['<div', ' class="', 'row', '">', '&amp;', '</div>'],
  ['data: [', 'DONE', ']'],
  ['\tcase', ' 1', ':', ' break', ';'],
  ['SELECT', ' id', ',', ' name', ' FROM', ' users', ' WHERE', " note <> ''", ';'],
];
