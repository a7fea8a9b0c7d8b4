const MAX_READ = 2000;
const MAX_SHOWN = 300;

/** A name that says that a secret comes next: all of that is hidden, unless it is the beginning of a sentence. */
const NAMED_SECRET =
  /((?:passw(?:or)?d|pwd|passphrase|secret|credentials?|authorization|(?:api|access|private|secret)[-_ ]?key)(?: provided)?["'\\]*\s*[:=]\s*(?:(?:basic|bearer)\s+)?)(?!(?:a|an|cannot|expected|field|input|invalid|is|it|may|missing|must|no|none|not|null|only|required|should|str|string|the|this|too|value)[,;.]?(?:\s|$))(?:\\?"[^"]+"?|'[^']+'?|[^\s"']+)/gi;

/** Models have tokens too, which are words or numbers. */
const NAMED_TOKEN =
  /(token["'\\]*\s*[:=]\s*["'\\]*)(?=[a-z_/+~-]*\d)(?=[\d_/+~-]*[a-z])[\w/+~-]{8,}[=.\w-]*/gi;

/** Keys that say by their beginning whose they are. */
const KNOWN_SECRET =
  /\b(?:(?:AKIA|ASIA)[0-9A-Z]{12,}|AIza[\w-]{20,}|(?:(?:gh[a-z]|github_pat|gsk|hf|r8)_|(?:glpat|nvapi|xox[a-z])-)[a-zA-Z0-9]{10,}[\w-]*)/g;

/** From the drive or the server on; a folder may have blanks in its name. */
const WINDOWS_PATH =
  /(?:\b[a-z]:\\|\\\\[\w.-]+\\(?=[\w.$-]))(?:[^\\\n:*?"'<>|]*\\)*[^\s\\:*?"'<>|,;()]*(?::\d+\b)*/gi;

/** A place in the file belongs to it. */
const PATH = /(?:\b[a-z]:)?(?:\/[\w.@+~%-]+){2,}\/?(?::\d+\b)*/gi;

/** A backend's words without what a caller must not see: hosts, addresses, paths, keys, stack lines, control characters. */
export function toSafeText(text: string): string {
  // Bounded first: the patterns are not made for long texts.
  const firstLines = text.slice(0, MAX_READ).split(/\n\s+at /)[0] ?? '';
  const safe = firstLines
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '[address]')
    .replace(NAMED_SECRET, '$1[secret]')
    .replace(NAMED_TOKEN, '$1[secret]')
    .replace(KNOWN_SECRET, '[secret]')
    .replace(WINDOWS_PATH, '[path]')
    .replace(PATH, '[path]')
    .replace(/\b(?:(?:[a-z0-9-]+\.)+[a-z]{2,}:\d{1,5}|[a-z][a-z0-9-]*:\d{4,5})\b/gi, '[address]')
    .replace(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '[secret]')
    .replace(/\[[0-9a-f:]*:[0-9a-f:]*\](?::\d+)?/gi, '[address]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '[address]')
    .replace(/\b(?:sk|pk|key|token|bearer)[-_ ](?!provided\b)[\w.-]{8,}/gi, '[secret]')
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe;
}
