import type { SeededRandom } from './seeded-random.js';

const CODE = `def add(a, b):
    """Adds \\n two numbers."""
    if a is None:
        return b
\tif b is None:
\t\treturn a
    table = {
                'one':   1,
    \t\t'two':\t2,
    }

    return a + b


\`\`\`ts
export const add = (a: number, b = 0) => {
  const path = 'C:\\\\temp\\t';
\r
  return \`\${a}\` + b; // ~5 <div> && more
};
\`\`\`

~~~~
      deep
~~~~
`;

/** Texts whose characters, words or lines are easily cut in the wrong place. */
export const TEXTS = {
  prose:
    'The quick brown fox jumps over the lazy dog, "twice"; then it\nrests. 1 2 3, as simple as that.\n\n',
  german: 'Die Qualität der Übersetzung hängt davon ab, „wie“ groß das Modell ist – größer ist besser … ',
  chinese: '今天天气很好，我们去公园散步吧。「好的」，他说。ｶﾞｷﾞ カ\u3099 は\u309a ',
  code: CODE,
  emoji: '👩‍👩‍👧‍👦 ok 👍🏽👍🏿 🏳️‍🌈 ❤️‍🔥 done 🎉🎉 1️⃣ first #️⃣ ☺️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 👨🏻‍💻 😀😀😀 ',
  flags: '🇩🇪🇫🇷🇮🇹🇪🇸🇵🇹🇳🇱🇧🇪🇱🇺🇩🇰🇸🇪🇳🇴🇫🇮 and 🇯🇵 🇰🇷🇧🇷! ',
  thai: 'สวัสดีครับ น้ำแข็งอยู่ที่นี่ กำลังทำงาน ',
  devanagari: 'नमस्ते दुनिया, यह एक परीक्षण है। क्षत्रिय र्‍य क्‌ष ',
  arabic: 'السَّلَامُ عَلَيْكُمْ ۝ \u06001234 ',
  hangul: '안녕하세요 \u1112\u1161\u11ab\u1100\u1173\u11af ',
  combining: 'e\u0301te\u0301 n\u0303 Z\u0351\u036b\u0343al\u0327go\u0300\u0301 a\u0308\u0304b ',
  lines: 'one\r\ntwo\r\n\r\nthree\rfour\n',
} as const;

export type TextName = keyof typeof TEXTS;

/** Some of the texts one after another, some of them twice. */
export function mixedText(random: SeededRandom, names: readonly TextName[], count: number): string {
  return Array.from({ length: count }, () => TEXTS[random.pick(names)]).join('');
}

/** Cut between any two code points, or where `halves` says so any two UTF-16 units, up to `longest` of them each. */
export function splitText(text: string, random: SeededRandom, longest: number, halves = false): string[] {
  const units = halves ? text.split('') : [...text];
  const pieces: string[] = [];
  for (let start = 0; start < units.length;) {
    const end = start + 1 + random.below(longest);
    pieces.push(units.slice(start, end).join(''));
    start = end;
  }
  return pieces;
}
