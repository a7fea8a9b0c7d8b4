import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { parseYaml } from './parse-yaml.js';
import { text, wholeNumber } from './parser.js';
import { YamlSection } from './yaml-section.js';

const sectionOf = (...sources: string[]): YamlSection =>
  new YamlSection(
    sources.map((source, index) => ({ file: `${index}.yaml`, map: parseYaml(source, `${index}.yaml`) })),
  );

describe(YamlSection.name, () => {
  it('takes each key from the first file that has it', () => {
    const service = sectionOf('service: { port: 1 }', 'service: { port: 2, host: b }').section('service');
    expect(service.read('port', wholeNumber(0))).toBe(1);
    expect(service.read('host', text)).toBe('b');
    expect(service.read('name', text)).toBeUndefined();
    expect(service.keys()).toEqual(['port', 'host']);
  });

  it('takes a list as a whole from the first file that has it', () => {
    const backends = sectionOf(
      'backends:',
      'backends: [{ name: b }, { name: c }]',
      'backends: [{ name: d }]',
    ).list('backends');
    expect(backends.map((backend) => backend.require('name', text))).toEqual(['b', 'c']);
  });

  it('says file and path of a malformed value', () => {
    const section = sectionOf('', 'a: { b: [{ c: x }] }').section('a');
    expect(() => section.list('b')[0]?.read('c', wholeNumber(1, 2))).toThrow(
      new ConfigError('1.yaml: a.b[0].c must be a whole number from 1 to 2'),
    );
    expect(() => section.list('b')[0]?.require('d', text)).toThrow(
      new ConfigError('1.yaml: a.b[0].d is missing'),
    );
  });

  it.each(['a: 1', 'a: [1]'])('refuses %j where a map belongs', (source) => {
    expect(() => sectionOf(source).section('a')).toThrow('0.yaml: a must hold keys and values');
  });

  it('refuses a map where a list belongs, and a text in a list of maps', () => {
    expect(() => sectionOf('a: { b: 1 }').list('a')).toThrow('0.yaml: a must be a list');
    expect(() => sectionOf('a: [b]').list('a')).toThrow('0.yaml: a[0] must hold keys and values');
  });

  it('finds nothing that belongs to every object', () => {
    expect(sectionOf('a: 1').read('constructor', text)).toBeUndefined();
  });

  it('refuses a key that nobody asked for, at any depth and in any file', () => {
    const root = sectionOf('a: { known: 1 }', 'a: { knwon: 1 }');
    root.section('a').read('known', wholeNumber(0));
    expect(() => root.refuseUnknownKeys()).toThrow(new ConfigError('1.yaml: a.knwon is not a known key'));
    root.section('a').read('knwon', wholeNumber(0));
    expect(() => root.refuseUnknownKeys()).not.toThrow();
  });
});
