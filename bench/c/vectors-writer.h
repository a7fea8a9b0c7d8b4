/* Writes the fake backend's vectors in the form of Ollama's /api/embed. */
#ifndef BENCH_VECTORS_WRITER_H
#define BENCH_VECTORS_WRITER_H

#include "backend-request.h"
#include "vector.h"

/* One vector for each `#text=7` of the request, in their order. Returns NULL when there are too many. */
static inline char *put_vectors_body(char *at, const struct backend_request *request) {
  static const char MARK[] = "#text=";
  const char *from = request->body, *end = from + request->body_bytes;
  char model[MODEL_MAX + 1] = "nomic-embed-text";
  read_model(request, model);
  at += sprintf(at, "{\"model\":\"%s\",\"embeddings\":[", model);
  int count = 0;
  for (; (from = memmem(from, (size_t)(end - from), MARK, sizeof MARK - 1)); count++) {
    if (count == INPUTS_MAX) return NULL;
    from += sizeof MARK - 1;
    if (count) *at++ = ',';
    at = put_vector(at, (uint32_t)strtoul(from, NULL, 10));
  }
  return at + sprintf(at, "],\"total_duration\":14000000,\"load_duration\":1000000,\"prompt_eval_count\":%zu}", request->body_bytes / 4 + 1);
}

#endif
