/* Reads the vectors out of a reply's body, which is one JSON document, and says what is wrong with them. */
#ifndef BENCH_VECTORS_ANSWER_H
#define BENCH_VECTORS_ANSWER_H

#include "vector.h"

/* As base64 and as numbers in OpenAI's form, as numbers in Ollama's, and one who greets whatever it is asked. */
enum vectors_form { VECTORS_NONE, VECTORS_BASE64, VECTORS_FLOAT, VECTORS_OLLAMA, VECTORS_HELLO };

struct vectors_answer {
  uint32_t texts[INPUTS_MAX]; /* the numbers of what was asked, in its order */
  int expected, right;
  char *body;
  size_t bytes, size;
};

static inline void vectors_feed(struct vectors_answer *answer, const char *bytes, size_t count) {
  if (answer->bytes + count + 1 > answer->size) {
    answer->size = (answer->bytes + count) * 2 + 1;
    answer->body = realloc(answer->body, answer->size);
    if (!answer->body) abort();
  }
  memcpy(answer->body + answer->bytes, bytes, count);
  answer->bytes += count;
  answer->body[answer->bytes] = 0;
}

/* Behind the next `text`, or NULL. */
static inline const char *skip_to(const char *at, const char *end, const char *text) {
  const char *found = memmem(at, (size_t)(end - at), text, strlen(text));
  return found ? found + strlen(text) : NULL;
}

static inline const char *openai_end(struct vectors_answer *answer, const char *opening, char closing) {
  const char *at = answer->body, *end = at + answer->bytes;
  for (; answer->right < answer->expected; answer->right++) {
    at = skip_to(at, end, "\"index\":");
    if (!at) return "too few vectors";
    if (strtol(at, NULL, 10) != answer->right) return "vectors out of order";
    at = skip_to(at, end, opening);
    const char *last = at ? memchr(at, closing, (size_t)(end - at)) : NULL;
    if (!last) return "vector missing or in the wrong form";
    bool is_right = closing == '"' ? is_vector_base64(at, (size_t)(last - at), answer->texts[answer->right])
                                   : is_vector_json(at, (size_t)(last - at), answer->texts[answer->right]);
    if (!is_right) return "wrong vector";
    at = last;
  }
  return skip_to(at, end, "\"embedding\":") ? "too many vectors" : NULL;
}

static inline const char *ollama_end(struct vectors_answer *answer) {
  const char *end = answer->body + answer->bytes, *at = skip_to(answer->body, end, "\"embeddings\":[");
  for (; at && answer->right < answer->expected; answer->right++) {
    const char *last = *at == '[' ? memchr(at, ']', (size_t)(end - at)) : NULL;
    if (!last) return "too few vectors";
    if (!is_vector_json(at + 1, (size_t)(last - at) - 1, answer->texts[answer->right])) return "wrong vector";
    at = last + 1;
    if (*at == ',') at++;
  }
  return at && *at == ']' ? NULL : "vectors missing or too many";
}

/* Says what is wrong with the vectors now that the reply is complete, or NULL. */
static inline const char *vectors_end(struct vectors_answer *answer, enum vectors_form form) {
  if (answer->bytes == 0) return "empty reply";
  switch (form) {
    case VECTORS_BASE64: return openai_end(answer, "\"embedding\":\"", '"');
    case VECTORS_FLOAT: return openai_end(answer, "\"embedding\":[", ']');
    case VECTORS_OLLAMA: return ollama_end(answer);
    default:
      if (strcmp(answer->body, "{\"hello\":\"world\"}")) return "no greeting";
      answer->right = answer->expected;
      return NULL;
  }
}

#endif
