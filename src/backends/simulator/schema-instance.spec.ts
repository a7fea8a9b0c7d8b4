import { describe, expect, it } from 'vitest';
import { Random } from './random.js';
import { toInstance } from './schema-instance.js';

const make = (schema: unknown, seed = 1) => toInstance(schema, new Random(seed));

const WIDE = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`property${at}`, { $ref: '#' }]));

describe(toInstance.name, () => {
  it('makes every type', () => {
    const properties = Object.fromEntries(
      ['string', 'integer', 'number', 'boolean', 'null', 'array', 'object'].map((type) => [type, { type }]),
    );
    expect(make({ type: 'object', properties })).toEqual({
      string: expect.any(String),
      integer: expect.any(Number),
      number: expect.any(Number),
      boolean: expect.any(Boolean),
      null: null,
      array: [expect.anything()],
      object: {},
    });
  });

  it('takes the values that the schema names', () => {
    expect(make({ const: 'x' })).toBe('x');
    expect(['a', 'b']).toContain(make({ enum: ['a', 'b'] }));
    expect(make({ type: 'integer', default: 7 })).toBe(7);
    expect(make({ examples: [{ a: 1 }] })).toEqual({ a: 1 });
  });

  it('keeps numbers within their bounds', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const count = make({ type: 'integer', exclusiveMinimum: 3, maximum: 6 }, seed) as number;
      expect(count).toBeGreaterThan(3);
      expect(count).toBeLessThanOrEqual(6);
      expect(Number.isInteger(count)).toBe(true);
      expect((make({ type: 'integer', minimum: 10, multipleOf: 4 }, seed) as number) % 4).toBe(0);
      expect(make({ type: 'number', minimum: 0.1, maximum: 0.2 }, seed)).toBeGreaterThanOrEqual(0.1);
      expect(make({ type: 'number', minimum: 0.1, maximum: 0.2 }, seed)).toBeLessThanOrEqual(0.2);
      expect(make({ type: 'integer', maximum: -5 }, seed)).toBeLessThanOrEqual(-5);
      expect(make({ exclusiveMaximum: 0, type: 'number' }, seed)).toBeLessThan(0);
    }
  });

  it('keeps strings within their lengths, and knows formats', () => {
    expect(make({ type: 'string', minLength: 50 })).toMatch(/^[^]{50,}$/);
    expect(make({ type: 'string', maxLength: 3 })).toMatch(/^[^]{1,3}$/u);
    expect(make({ type: 'string', format: 'date' })).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  it('makes as many items as asked', () => {
    expect(make({ type: 'array', items: { const: 1 }, minItems: 3 })).toEqual([1, 1, 1]);
    expect(make({ type: 'array', items: { const: 1 }, maxItems: 0 })).toEqual([]);
    expect(make({ prefixItems: [{ const: 1 }, { const: 'b' }] })).toEqual([1, 'b']);
  });

  it('guesses the type from the other keywords', () => {
    expect(make({ required: ['a'] })).toEqual({ a: expect.any(String) });
    expect(make({ items: { const: 1 } })).toEqual([1]);
    expect(make({ type: ['null', 'boolean'] })).toEqual(expect.any(Boolean));
  });

  it('follows references, alternatives and parts', () => {
    const $defs = { name: { const: 'Ada' }, 'a/b': { const: 2 } };
    expect(make({ $defs, properties: { name: { $ref: '#/$defs/name' } } })).toEqual({ name: 'Ada' });
    expect(make({ $defs, $ref: '#/$defs/a~1b' })).toBe(2);
    expect(make({ anyOf: [{ $ref: '#/$defs/name' }, { type: 'null' }], $defs })).toBe('Ada');
    const parts = [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }];
    expect(make({ type: 'object', allOf: parts })).toEqual({ a: 1, b: 2 });
    expect(make({ type: 'object', properties: { c: { const: 3 } }, oneOf: parts })).toEqual({ c: 3, a: 1 });
  });

  it('brings recursive schemas to an end', () => {
    const tree = {
      type: 'object',
      properties: {
        value: { const: 1 },
        children: { type: 'array', items: { $ref: '#' } },
        next: { anyOf: [{ $ref: '#' }, { type: 'null' }] },
      },
      required: ['value', 'children', 'next'],
    };
    expect(JSON.stringify(make(tree)).length).toBeLessThan(200_000);
    expect(JSON.stringify(make(tree))).toMatch(/"next":null/);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['an unknown type', { type: 'unheard of' }],
    ['no values to choose from', { enum: [] }],
    ['a reference to itself', { $ref: '#' }],
    ['a reference to nowhere', { $ref: '#/nowhere/at/all' }],
    ['a reference to another host', { $ref: 'https://www.example.com/schema' }],
    ['a reference to what every object has', { $ref: '#/constructor/prototype' }],
    ['keywords of the wrong type', { type: 'object', properties: 7, required: 'x' }],
    ['bounds that contradict each other', { type: 'integer', minimum: 9, maximum: 1 }],
    ['multiples of nothing', { type: 'integer', multipleOf: 0 }],
    ['less than no items', { type: 'array', minItems: -1, maxItems: -5 }],
    ['half an item', { type: 'array', minItems: 2.5 }],
    ['too many items', { type: 'array', minItems: 1e12 }],
    ['too many items of too many items', { type: 'array', minItems: 32, items: { $ref: '#' } }],
    ['too much of one value', { type: 'array', minItems: 32, items: { const: 'x'.repeat(60_000) } }],
    ['too long a string', { type: 'string', minLength: 1e12 }],
    ['no length', { type: 'string', minLength: 'x', maxLength: -4 }],
    ['alternatives without end', { anyOf: [{ anyOf: [{ $ref: '#' }] }] }],
    ['parts without end', { allOf: [{ $ref: '#' }] }],
    ['a very wide tree', { type: 'object', properties: WIDE }],
  ])('makes something small of %s', (_, schema) => {
    expect(JSON.stringify(make(schema), null, 2).length).toBeLessThan(200_000);
  });

  it('makes own properties of dangerous names', () => {
    const made = make(JSON.parse('{"type":"object","properties":{"__proto__":{"const":1}}}'));
    expect(JSON.stringify(made)).toBe('{"__proto__":1}');
  });

  it('makes the same of the same seed', () => {
    const schema = { properties: { a: { type: 'string' }, b: { type: 'number' } } };
    expect(make(schema, 5)).toEqual(make(schema, 5));
    expect(make(schema, 5)).not.toEqual(make(schema, 6));
  });
});
