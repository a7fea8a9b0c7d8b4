import { ConfigError } from './config-error.js';
import { type Parser, parseValue } from './parser.js';
import { NO_YAML, type YamlMap } from './parse-yaml.js';

/** One file's share of a section. */
export interface YamlLayer {
  readonly file: string;
  readonly map: YamlMap;
}

/**
 * A map of settings seen through several files, the first file that has a key winning. It remembers which keys were asked for,
 * so that a misspelt key is refused instead of being ignored.
 */
export class YamlSection {
  private readonly asked = new Set<string>();
  private readonly children = new Map<string, YamlSection>();

  constructor(
    private readonly layers: readonly YamlLayer[],
    private readonly path = '',
  ) {}

  read<T>(key: string, parser: Parser<T>): T | undefined {
    const found = this.find(key);
    return found && parseValue(this.label(key, found.file), found.value, parser);
  }

  /** As `read`; a value must be there. */
  require<T>(key: string, parser: Parser<T>): T {
    const value = this.read(key, parser);
    if (value === undefined) throw new ConfigError(`${this.label(key)} is missing`);
    return value;
  }

  /** The map under a key, seen through the same files; empty when none has it. */
  section(key: string): YamlSection {
    this.asked.add(key);
    const layers = this.layers.flatMap(({ file, map }) => {
      const value = valueOf(map, key);
      return value === undefined ? [] : [{ file, map: toMap(this.label(key, file), value) }];
    });
    return this.child(layers, this.pathOf(key));
  }

  /** The maps of a list. Lists are not joined: the first file that has one decides. */
  list(key: string): readonly YamlSection[] {
    const found = this.find(key);
    if (!found) return [];
    const label = this.label(key, found.file);
    if (!Array.isArray(found.value)) throw new ConfigError(`${label} must be a list`);
    return found.value.map((item: unknown, index) =>
      this.child(
        [{ file: found.file, map: toMap(`${label}[${index}]`, item) }],
        `${this.pathOf(key)}[${index}]`,
      ),
    );
  }

  keys(): readonly string[] {
    return [...new Set(this.layers.flatMap(({ map }) => Object.keys(map)))];
  }

  /** Where a key stands, for messages. */
  label(key: string, file = this.find(key)?.file ?? this.layers[0]?.file): string {
    return file === undefined ? this.pathOf(key) : `${file}: ${this.pathOf(key)}`;
  }

  /** To be called when everything has been read. */
  refuseUnknownKeys(): void {
    for (const { file, map } of this.layers) {
      const unknown = Object.keys(map).find((key) => !this.asked.has(key));
      if (unknown !== undefined) throw new ConfigError(`${file}: ${this.pathOf(unknown)} is not a known key`);
    }
    for (const child of this.children.values()) child.refuseUnknownKeys();
  }

  refuseEmptyFiles(): void {
    const empty = this.layers.find(({ map }) => map === NO_YAML);
    if (empty) throw new ConfigError(`${empty.file} is empty`);
  }

  private find(key: string): { file: string; value: unknown } | undefined {
    this.asked.add(key);
    for (const { file, map } of this.layers) {
      const value = valueOf(map, key);
      if (value !== undefined) return { file, value };
    }
    return undefined;
  }

  /** The same one each time, because it remembers what was asked for. */
  private child(layers: readonly YamlLayer[], path: string): YamlSection {
    const child = this.children.get(path) ?? new YamlSection(layers, path);
    this.children.set(path, child);
    return child;
  }

  private pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}

/** A key without a value counts as absent: a list whose entries are all commented out is no list. */
const valueOf = (map: YamlMap, key: string): unknown =>
  Object.hasOwn(map, key) ? (map[key] ?? undefined) : undefined;

function toMap(label: string, value: unknown): YamlMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${label} must hold keys and values`);
  }
  return value as YamlMap;
}
