/** Whether a backend lists a model by this name. Ollama lists `phi3` as `phi3:latest`. */
export const isSameModel = (listed: string, asked: string): boolean =>
  listed === asked || listed === `${asked}:latest`;
