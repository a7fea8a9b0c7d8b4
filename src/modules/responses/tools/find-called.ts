import type { OwnTool } from '../dto/response-tool.dto.js';
import type { ResponseEcho } from '../response-echo.js';
import { TOOL_SEARCH, toModelName } from './tool-name.js';

/** What a call is a call of, as the caller named it. */
export interface CalledTool {
  readonly kind: 'function_call' | 'custom_tool_call' | 'tool_search_call';
  readonly name: string;
  readonly namespace?: string;
}

/** By the name that the model says. What was not offered is a function. */
export type FindCalled = (modelName: string) => CalledTool;

/** Finds among the tools of a response; they are gone through when the first is called. */
export function calledAmong({ tools }: ResponseEcho): FindCalled {
  let known: ReadonlyMap<string, CalledTool> | undefined;
  return (modelName) => {
    known ??= new Map(entriesOf((tools ?? []) as readonly OwnTool[]));
    return known.get(modelName) ?? { kind: 'function_call', name: modelName };
  };
}

const KINDS = { function: 'function_call', custom: 'custom_tool_call' } as const;

function* entriesOf(tools: readonly OwnTool[], namespace?: string): Generator<[string, CalledTool]> {
  for (const tool of tools) {
    if (tool.type === 'namespace') yield* entriesOf(tool.tools, tool.name);
    else if (tool.type === 'tool_search')
      yield [TOOL_SEARCH, { kind: 'tool_search_call', name: TOOL_SEARCH }];
    else {
      const { type, name } = tool;
      yield [
        toModelName(name, namespace),
        { kind: KINDS[type], name, ...(namespace === undefined ? {} : { namespace }) },
      ];
    }
  }
}
