import type { Random } from './random.js';
import { toNumberInstance, toStringInstance } from './scalar-instance.js';
import { followRef, isSchema, mergeSchemas, toFiniteNumber, type Schema } from './schema.js';

const MAX_DEPTH = 24;
/** From here on only what is required is made, so that recursive schemas come to an end. */
const REQUIRED_ONLY_DEPTH = 5;
const MAX_ITEMS = 32;
const MAX_CHARACTERS = 64 * 1024;

/** A value of the shape a JSON Schema asks for, bounded whatever the schema asks. */
export function toInstance(schema: unknown, random: Random): unknown {
  return new InstanceMaker(schema, random).make(schema, 0);
}

class InstanceMaker {
  private charactersLeft = MAX_CHARACTERS;

  constructor(
    private readonly root: unknown,
    private readonly random: Random,
  ) {}

  make(schema: unknown, depth: number): unknown {
    // Its indentation, its comma and its line's end.
    this.charactersLeft -= 2 * depth + 4;
    if (depth > MAX_DEPTH || this.charactersLeft <= 0 || !isSchema(schema)) return null;
    if (typeof schema.$ref === 'string') return this.make(followRef(this.root, schema.$ref), depth + 1);
    const given = findGiven(schema, this.random);
    if (given !== undefined) return this.spend(given);
    const branch = this.chooseBranch(schema, depth);
    return branch === undefined ? this.makeTyped(schema, depth) : this.make(branch, depth + 1);
  }

  /** The schema with one of its alternatives, or all of its parts, put into it. */
  private chooseBranch({ allOf, anyOf, oneOf, ...rest }: Schema, depth: number): Schema | undefined {
    const parts = toSchemas(allOf).map((part) => this.resolve(part));
    if (parts.length > 0) return { ...parts.reduce(mergeSchemas, rest), anyOf, oneOf };
    const choices = [...toSchemas(anyOf), ...toSchemas(oneOf)];
    const shallow = depth < REQUIRED_ONLY_DEPTH ? undefined : choices.find(({ $ref }) => $ref === undefined);
    const chosen = shallow ?? choices[0];
    return chosen && mergeSchemas(rest, this.resolve(chosen));
  }

  private resolve(schema: Schema): Schema {
    const target = typeof schema.$ref === 'string' ? followRef(this.root, schema.$ref) : schema;
    return isSchema(target) ? target : {};
  }

  private makeTyped(schema: Schema, depth: number): unknown {
    switch (toType(schema)) {
      case 'object':
        return this.makeObject(schema, depth);
      case 'array':
        return this.makeArray(schema, depth);
      case 'integer':
        return this.spend(toNumberInstance(schema, true, this.random));
      case 'number':
        return this.spend(toNumberInstance(schema, false, this.random));
      case 'boolean':
        return this.spend(this.random.below(2) === 1);
      case 'null':
        return this.spend(null);
      default:
        return this.spend(toStringInstance(schema, this.random));
    }
  }

  private makeObject({ properties, required }: Schema, depth: number): unknown {
    const known = isSchema(properties) ? properties : {};
    const needed = Array.isArray(required) ? required.filter((key) => typeof key === 'string') : [];
    const keys = depth < REQUIRED_ONLY_DEPTH ? [...Object.keys(known), ...needed] : needed;
    const entries: [string, unknown][] = [];
    for (const key of new Set(keys)) {
      if (this.charactersLeft <= 0) break;
      this.spend(key);
      entries.push([key, this.make(Object.hasOwn(known, key) ? known[key] : {}, depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  private makeArray({ prefixItems, items, minItems, maxItems }: Schema, depth: number): unknown {
    const first = Array.isArray(prefixItems) ? (prefixItems as unknown[]) : [];
    const usual = depth < REQUIRED_ONLY_DEPTH ? first.length || 1 : 0;
    const count = Math.min(
      Math.max(toFiniteNumber(minItems) ?? usual, 0),
      toFiniteNumber(maxItems) ?? MAX_ITEMS,
      MAX_ITEMS,
    );
    const made: unknown[] = [];
    while (made.length < count && this.charactersLeft > 0) {
      made.push(this.make(first[made.length] ?? items ?? {}, depth + 1));
    }
    return made;
  }

  private spend<T>(value: T): T {
    this.charactersLeft -= JSON.stringify(value).length;
    return value;
  }
}

/** A value the schema itself names. */
function findGiven(schema: Schema, random: Random): unknown {
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[random.below(schema.enum.length)];
  if (schema.default !== undefined) return schema.default;
  return Array.isArray(schema.examples) ? schema.examples[0] : undefined;
}

function toType({ type, properties, required, items, prefixItems }: Schema): unknown {
  if (Array.isArray(type)) return (type as unknown[]).find((name) => name !== 'null') ?? 'null';
  if (type !== undefined) return type;
  if (properties !== undefined || required !== undefined) return 'object';
  return items !== undefined || prefixItems !== undefined ? 'array' : 'string';
}

const toSchemas = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : []);
