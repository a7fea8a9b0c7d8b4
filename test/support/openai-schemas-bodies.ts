export interface AnswerBody {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly {
    readonly index: number;
    readonly text: string;
    readonly message: {
      readonly content: string | null;
      readonly tool_calls: readonly { readonly id: string; readonly function: { readonly name: string } }[];
    };
    readonly finish_reason: string;
  }[];
  readonly usage: Readonly<Record<string, unknown>>;
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

export interface ModelBody {
  readonly id: string;
  readonly owned_by: string;
}

/** The body, read as what it should be. Whether it is that, its shape tells. */
export const readAnswer = async (response: Response) => (await response.json()) as AnswerBody;
export const readError = async (response: Response) => (await response.json()) as ErrorBody;
export const readModel = async (response: Response) => (await response.json()) as ModelBody;
export const readModels = async (response: Response) =>
  (await response.json()) as { readonly data: readonly ModelBody[] };
