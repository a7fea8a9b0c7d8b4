/*
 * Reads the answer out of a reply's body: NDJSON, SSE with OpenAI chunks, or one JSON document.
 * It looks only for what the benchmark needs; a body it does not understand ends as a wrong reply, never as a right one.
 */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#define CONTENT_KEY "\"content\":\""
#define CONTENT_KEY_BYTES (sizeof CONTENT_KEY - 1)

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "token.h"

struct answer {
  struct token_reader tokens;
  unsigned expected;
  bool finished, closed, sse;
  const char *fault;  /* the first thing that was wrong, or NULL */
  size_t content_at;  /* where the last line had its content: the next one of the stream has it there too */
  char *rest;         /* a line that has not ended yet */
  size_t rest_bytes, rest_size;
};

static inline void answer_reset(struct answer *answer, unsigned expected, unsigned tag) {
  answer->tokens = (struct token_reader){.tag = tag & 255};
  answer->expected = expected;
  answer->finished = answer->closed = answer->sse = false;
  answer->fault = NULL;
  answer->content_at = answer->rest_bytes = 0;
}

static inline bool line_has(const char *line, size_t bytes, const char *text) {
  return memmem(line, bytes, text, strlen(text)) != NULL;
}

static inline const char *find_content(struct answer *answer, const char *line, size_t bytes) {
  size_t at = answer->content_at;
  if (at && at + CONTENT_KEY_BYTES <= bytes && !memcmp(line + at, CONTENT_KEY, CONTENT_KEY_BYTES)) return line + at;
  const char *found = memmem(line, bytes, CONTENT_KEY, CONTENT_KEY_BYTES);
  if (found) answer->content_at = (size_t)(found - line);
  return found;
}

static inline void answer_line(struct answer *answer, const char *line, size_t bytes, token_seen *seen, void *context) {
  if (bytes && line[bytes - 1] == '\r') bytes--;
  if (bytes == 0 || line[0] == ':' || answer->fault) return;
  if (bytes > 5 && !memcmp(line, "data:", 5)) {
    answer->sse = true;
    line += 5, bytes -= 5;
    if (line[0] == ' ') line++, bytes--;
    if (bytes == 6 && !memcmp(line, "[DONE]", 6)) {
      answer->closed = true;
      return;
    }
  } else if (answer->sse && line[0] != '{') {
    return; /* event:, id: and retry: lines */
  }
  const char *content = find_content(answer, line, bytes);
  if (content) {
    const char *text = content + CONTENT_KEY_BYTES, *end = memchr(text, '"', bytes - (size_t)(text - line));
    if (!end) answer->fault = "content does not end";
    else if (answer->finished && end > text) answer->fault = "token after the finish";
    else if (!token_feed(&answer->tokens, text, (size_t)(end - text), seen, context)) answer->fault = "wrong, missing or reordered token";
    /* The end is on the line of the last token at the earliest, so the lines before it need not be searched for it. */
    if (end > text && answer->tokens.next < answer->expected) return;
  } else if (line_has(line, bytes, "\"error\"")) {
    answer->fault = "error in the reply";
  }
  if (line_has(line, bytes, "\"done\":true")) answer->finished = answer->closed = true;
  if (line_has(line, bytes, "\"finish_reason\":\"stop\"")) answer->finished = true;
}

static inline void answer_keep(struct answer *answer, const char *bytes, size_t count) {
  if (answer->rest_bytes + count > answer->rest_size) {
    answer->rest_size = (answer->rest_bytes + count) * 2;
    answer->rest = realloc(answer->rest, answer->rest_size);
    if (!answer->rest) abort();
  }
  memcpy(answer->rest + answer->rest_bytes, bytes, count);
  answer->rest_bytes += count;
}

/* Takes a piece of the body, cut anywhere. */
static inline void answer_feed(struct answer *answer, const char *bytes, size_t count, token_seen *seen, void *context) {
  while (count > 0) {
    const char *newline = memchr(bytes, '\n', count);
    if (!newline) {
      answer_keep(answer, bytes, count);
      return;
    }
    size_t line_bytes = (size_t)(newline - bytes);
    if (answer->rest_bytes) {
      answer_keep(answer, bytes, line_bytes);
      answer_line(answer, answer->rest, answer->rest_bytes, seen, context);
      answer->rest_bytes = 0;
    } else {
      answer_line(answer, bytes, line_bytes, seen, context);
    }
    bytes += line_bytes + 1, count -= line_bytes + 1;
  }
}

/* Says what is wrong with the answer now that its reply is complete, or NULL. */
static inline const char *answer_end(struct answer *answer, bool streamed, token_seen *seen, void *context) {
  if (answer->rest_bytes) {
    answer_line(answer, answer->rest, answer->rest_bytes, seen, context);
    answer->rest_bytes = 0;
  }
  if (answer->fault) return answer->fault;
  if (answer->tokens.partial_bytes) return "token cut off";
  if (answer->tokens.next != answer->expected) return "wrong number of tokens";
  if (!answer->finished) return "no finish reason";
  if (streamed && !answer->closed) return "stream without its end mark";
  return NULL;
}

#endif
