import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { ConfigError } from './config-error.js';

export type YamlMap = Readonly<Record<string, unknown>>;

/** Of a file in which nothing stands, not even an empty map. */
export const NO_YAML: YamlMap = {};

/**
 * One YAML document whose root is a map. A key that stands twice with a map each time is one map: files with such blocks are
 * in use, and a plain parser either refuses them or silently keeps the last block only. Any other double key is refused.
 */
export function parseYaml(source: string, file: string): YamlMap {
  const lines = new LineCounter();
  // `prettyErrors` would quote the line, which may hold a password.
  const document = parseDocument(source, { uniqueKeys: false, prettyErrors: false, lineCounter: lines });
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;

  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new ConfigError(`${file}, line ${lineAt(problem.pos[0])}: ${problem.message}`);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    return NO_YAML;
  if (!isMap(document.contents)) throw new ConfigError(`${file} must hold keys and values`);

  mergeDoubleMaps(document.contents, file, lineAt);
  try {
    return document.toJS() as YamlMap;
  } catch (cause) {
    throw new ConfigError(`${file}: an anchor is missing or used too often`, { cause });
  }
}

type LineAt = (offset: number | undefined) => number;

function mergeDoubleMaps(map: YAMLMap, file: string, lineAt: LineAt): void {
  const pairs = new Map<string, Pair>();
  for (const pair of map.items) {
    const key = String(pair.key);
    const first = pairs.get(key);
    if (!first) pairs.set(key, pair);
    else if (isMap(first.value) && isMap(pair.value)) first.value.items.push(...pair.value.items);
    else
      throw new ConfigError(
        `${file}, line ${lineAt(start(pair))}: the key ${key} stands in line ${lineAt(start(first))} already`,
      );
  }
  map.items = [...pairs.values()];
  for (const { value } of map.items) mergeInside(value, file, lineAt);
}

function mergeInside(node: unknown, file: string, lineAt: LineAt): void {
  if (isMap(node)) mergeDoubleMaps(node, file, lineAt);
  else if (isSeq(node)) for (const item of node.items) mergeInside(item, file, lineAt);
}

const start = ({ key }: Pair): number | undefined => (isScalar(key) ? key.range?.[0] : undefined);
