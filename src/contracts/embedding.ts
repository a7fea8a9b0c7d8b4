/** Texts to be turned into vectors by one model. */
export interface EmbeddingRequest {
  /** The model's name at the backend. */
  readonly model: string;
  readonly inputs: readonly string[];
  /** Length of the vectors, where the model can choose. */
  readonly dimensions?: number;
  /** False: a text that is too long is an error, instead of being cut. */
  readonly truncate?: boolean;
  readonly keepAlive?: string | number;
  /** The backend's own settings, passed on as they are. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface EmbeddingAnswer {
  /** One for each input, in the order of the inputs, all of one length, every number finite. */
  readonly vectors: readonly Float32Array[];
  /** Tokens of all inputs together, when the backend counts them. */
  readonly promptTokens?: number;
}
