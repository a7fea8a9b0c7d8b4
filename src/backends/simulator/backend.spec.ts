import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { SimulatorBackend, SimulatorBackends } from './backend.js';
import { Scheduler } from './scheduler.js';
import { ManualScheduler } from './testing/manual-scheduler.js';
import { RecordingSink } from './testing/recording-sink.js';
import { runSimulator, startSimulator } from './testing/run-simulator.js';
import { toRequest, user } from './testing/to-request.js';

const GREETING = "Hello! I'm a simulated AI assistant. How can I help you today?";

describe(SimulatorBackend.name, () => {
  describe('the keyword model', () => {
    it('gives the documented answer with the documented figures', () => {
      const sink = runSimulator('p8-sim', { messages: [user('Hello, how are you?')] });
      expect(sink.joined).toBe(GREETING);
      expect(sink.reason).toBe('stop');
      expect(sink.usage).toEqual({ promptTokens: 5, completionTokens: 13 });
    });

    it('streams word by word, the first bare and the later ones with a leading space', () => {
      const { texts } = runSimulator('p8-sim', { messages: [user('Count from 1 to 5')] });
      expect(texts.slice(0, 3)).toEqual(['Thank', ' you', ' for']);
      expect(texts.join('')).toContain('Count from 1 to 5');
    });

    it('answers for any model name that is not its own', () => {
      expect(runSimulator('phi3:latest', { messages: [user('hi')] }).joined).toBe(GREETING);
    });

    it('keeps the whitespace of a code block', () => {
      const { joined, texts } = runSimulator('p8-sim', { messages: [user('write code')] });
      expect(joined).toMatch(/```python\ndef [^\n]+\n {4}"""/);
      expect(texts.length).toBe(joined.split(/\s+/).length);
    });

    it('reads the last user message, also in parts', () => {
      const parts = [
        { type: 'text', text: 'a list' },
        { type: 'image', mediaType: 'image/png', base64: '' },
      ] as const;
      const messages = [user('hello'), { role: 'assistant', content: 'Hello!' } as const, user(parts)];
      expect(runSimulator('p8-sim', { messages }).joined).toMatch(/^1\. /m);
    });

    it('takes the prompt of a completion for the user message', () => {
      const sink = runSimulator('p8-sim', { prompt: 'Hello, how are you?' });
      expect(sink.joined).toBe(GREETING);
      expect(sink.usage).toEqual({ promptTokens: 5, completionTokens: 13 });
    });

    it('counts the words of all messages', () => {
      const messages = [{ role: 'system', content: 'Be  brief.\n' } as const, user('Hello')];
      expect(runSimulator('p8-sim', { messages }).usage?.promptTokens).toBe(4);
    });

    it('answers without any user message', () => {
      expect(runSimulator('p8-sim', { messages: [] }).joined).toMatch(/^Thank you for your message\./);
    });
  });

  describe('the seeded models', () => {
    it('gives the same pieces for the same seed, and others for another', () => {
      const model = 'sim/unicode?seed=7&tokens=50';
      expect(runSimulator(model).lines).toEqual(runSimulator(model).lines);
      expect(runSimulator('sim/unicode?seed=8&tokens=50').joined).not.toBe(runSimulator(model).joined);
    });

    it('gives each of several choices its own text', () => {
      const answers = [0, 1, 2].map((choice) => runSimulator('sim/words?seed=1', { choice }).joined);
      expect(new Set(answers).size).toBe(3);
    });

    it('takes the seed of the request when the name has none', () => {
      const seeded = runSimulator('sim/words', { sampling: { seed: 5 } });
      expect(seeded.joined).toBe(runSimulator('sim/words?seed=5').joined);
    });

    it('says exactly as many pieces as asked, and counts them', () => {
      const sink = runSimulator('sim/words?tokens=37');
      expect(sink.texts).toHaveLength(37);
      expect(sink.reason).toBe('stop');
      expect(sink.usage).toEqual({ promptTokens: 3, completionTokens: 37 });
    });

    it('says 64 pieces when nothing is asked, whatever the name', () => {
      expect(runSimulator('sim/anything').texts).toHaveLength(64);
    });

    it('can say nothing at all', () => {
      expect(runSimulator('sim/words?tokens=0').lines).toEqual(['finished stop']);
    });

    it('reasons before it speaks, without changing what it says', () => {
      const sink = runSimulator('sim/words?thinking=5&tokens=4');
      expect(sink.lines.map((line) => line.split(' ')[0])).toEqual([
        ...Array<string>(5).fill('reasoning'),
        ...Array<string>(4).fill('text'),
        'finished',
      ]);
      expect(sink.usage).toEqual({ promptTokens: 3, completionTokens: 9, reasoningTokens: 5 });
      expect(sink.joined).toBe(runSimulator('sim/words?tokens=4').joined);
    });

    it('can give the keyword answer under the same settings', () => {
      const messages = [user('hi')];
      expect(runSimulator('sim/p8-sim?seed=1', { messages }).joined).toBe(GREETING);
      expect(runSimulator('sim/p8-sim?tokens=2', { messages }).joined).toBe("Hello! I'm");
    });
  });

  describe('the limits of the request', () => {
    it.each(['p8-sim', 'sim/words'])('cuts a longer answer of %s after max_tokens pieces', (model) => {
      const whole = runSimulator(model);
      const cut = runSimulator(model, { sampling: { maxTokens: 4 } });
      expect(cut.texts).toEqual(whole.texts.slice(0, 4));
      expect(cut.reason).toBe('length');
      expect(cut.usage?.completionTokens).toBe(4);
    });

    it('ends an answer of just that length as complete', () => {
      const sink = runSimulator('sim/words?tokens=4', { sampling: { maxTokens: 4 } });
      expect(sink.reason).toBe('stop');
    });

    it('ends before a stop sequence, also one that spans pieces', () => {
      const sink = runSimulator('p8-sim', {
        messages: [user('hi')],
        sampling: { stop: ['nothing', 'AI assist'] },
      });
      expect(sink.joined).toBe("Hello! I'm a simulated ");
      expect(sink.reason).toBe('stop');
    });
  });

  describe('an answer in JSON', () => {
    it('is an object when any will do', () => {
      const sink = runSimulator('p8-sim', {
        messages: [user('hi')],
        responseFormat: { type: 'json_object' },
      });
      expect(JSON.parse(sink.joined)).toEqual({ answer: GREETING });
      expect(
        typeof JSON.parse(runSimulator('sim/code', { responseFormat: { type: 'json_object' } }).joined)
          .answer,
      ).toBe('string');
    });

    it('has the shape of the schema', () => {
      const schema = {
        type: 'object',
        properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 18 } },
      };
      const sink = runSimulator('sim/words?tokens=2', {
        responseFormat: { type: 'json_schema', name: 'person', schema },
      });
      expect(JSON.parse(sink.joined)).toEqual({ name: expect.any(String), age: expect.any(Number) });
    });
  });

  it('says nothing before generate has returned', () => {
    const { sink, scheduler } = startSimulator('sim/words');
    expect(sink.lines).toEqual([]);
    scheduler.turn();
    expect(sink.lines).not.toEqual([]);
  });

  it('refuses settings it does not understand, naming them', () => {
    const sink = runSimulator('sim/words?tokens=many');
    expect(sink.failure).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('`tokens`'),
    });
    expect(sink.lines).toHaveLength(1);
  });

  it('says nothing of a refusal after abort', () => {
    const { sink, scheduler, call } = startSimulator('sim/words?what=1');
    call.pause();
    call.resume();
    call.abort();
    scheduler.pass(10);
    expect(sink.lines).toEqual([]);
  });

  it('is always there, and lists its keyword model', async () => {
    const backend = new SimulatorBackend('simulator');
    expect(await backend.probe()).toEqual({ reachable: true });
    expect(await backend.listModels()).toEqual([{ id: 'p8-sim', ownedBy: 'citadel', chat: true }]);
    await backend.close();
  });

  it('runs on the real clock', async () => {
    const sink = new RecordingSink();
    const backend = new SimulatorBackend('simulator');
    await new Promise<void>((resolve) => {
      sink.finished = () => resolve();
      backend.generate(toRequest('sim/words?tokens=40&tps=10000&stall=3:1ms'), sink);
    });
    expect(sink.texts).toHaveLength(40);
  });
});

describe(SimulatorBackends.name, () => {
  const settings = { name: 'practice', kind: 'simulator', url: '', maxConcurrent: 4 };

  it('names each backend as configured', async () => {
    const module = await Test.createTestingModule({ providers: [SimulatorBackends] }).compile();
    const backend = module.get(SimulatorBackends).create(settings);
    expect(backend).toMatchObject({ name: 'practice', kind: 'simulator' });
  });

  it('takes a scheduler from the container', async () => {
    const scheduler = new ManualScheduler();
    const module = await Test.createTestingModule({
      providers: [SimulatorBackends, { provide: Scheduler, useValue: scheduler }],
    }).compile();
    const sink = new RecordingSink();
    module.get(SimulatorBackends).create(settings).generate(toRequest('sim/words?tokens=3'), sink);
    scheduler.pass(1);
    expect(sink.reason).toBe('stop');
  });
});
