/* Finds one complete HTTP request in a buffer, and the task its prompt contains. */
#ifndef BENCH_BACKEND_REQUEST_H
#define BENCH_BACKEND_REQUEST_H

#include <stdlib.h>
#include <strings.h>

#include "answer-writer.h"

struct backend_request {
  const char *method, *path; /* not terminated */
  size_t method_bytes, path_bytes;
  char *body;
  size_t body_bytes, total_bytes;
};

static inline const char *request_header(const char *head, const char *end, const char *name) {
  size_t name_bytes = strlen(name);
  for (const char *line = memchr(head, '\n', (size_t)(end - head)); line && line < end; line = memchr(line + 1, '\n', (size_t)(end - line - 1)))
    if (!strncasecmp(line + 1, name, name_bytes) && line[1 + name_bytes] == ':') return line + 2 + name_bytes + (line[2 + name_bytes] == ' ');
  return NULL;
}

/* Joins the chunks of a body in place. Returns the framed length, or 0 when the body is not complete. */
static inline size_t unchunk(char *body, size_t available, size_t *body_bytes) {
  size_t at = 0, out = 0;
  for (;;) {
    char *newline = memchr(body + at, '\n', available - at);
    if (!newline) return 0;
    size_t size = strtoull(body + at, NULL, 16), data = (size_t)(newline - body) + 1;
    if (available < data + size + 2) return 0;
    if (size == 0) {
      *body_bytes = out;
      return data + 2;
    }
    out += size;
    at = data + size + 2;
  }
}

static inline void join_chunks(char *body, size_t framed) {
  size_t at = 0, out = 0;
  while (at < framed) {
    size_t size = strtoull(body + at, NULL, 16), data = (size_t)((char *)memchr(body + at, '\n', framed - at) - body) + 1;
    if (size == 0) return;
    memmove(body + out, body + data, size);
    out += size;
    at = data + size + 2;
  }
}

/* False when more bytes are needed. */
static inline bool take_request(char *bytes, size_t count, struct backend_request *request) {
  char *end = memmem(bytes, count, "\r\n\r\n", 4);
  if (!end) return false;
  request->body = end + 4;
  size_t available = count - (size_t)(request->body - bytes), framed;
  const char *length = request_header(bytes, end, "content-length"), *coding = request_header(bytes, end, "transfer-encoding");
  if (coding) {
    framed = unchunk(request->body, available, &request->body_bytes);
    if (framed == 0) return false;
    join_chunks(request->body, framed);
  } else {
    framed = request->body_bytes = length ? strtoull(length, NULL, 10) : 0;
    if (available < framed) return false;
  }
  request->total_bytes = (size_t)(request->body - bytes) + framed;
  request->method = bytes;
  request->method_bytes = strcspn(bytes, " ");
  request->path = bytes + request->method_bytes + 1;
  request->path_bytes = strcspn(request->path, " ?");
  return true;
}

static inline bool request_is(const struct backend_request *request, const char *method, const char *path) {
  return request->method_bytes == strlen(method) && !memcmp(request->method, method, request->method_bytes) &&
         request->path_bytes == strlen(path) && !memcmp(request->path, path, request->path_bytes);
}

static inline const char *find_last(const char *text, size_t bytes, const char *wanted) {
  const char *last = NULL, *end = text + bytes;
  for (const char *at = text; (at = memmem(at, (size_t)(end - at), wanted, strlen(wanted))); at++) last = at;
  return last;
}

static inline unsigned long long task_number(const char *spec, const char *end, const char *key, unsigned long long fallback) {
  const char *at = spec ? memmem(spec, (size_t)(end - spec), key, strlen(key)) : NULL;
  return at ? strtoull(at + strlen(key), NULL, 10) : fallback;
}

/* The value of a JSON field that may be written with a space behind its colon. */
static inline const char *json_field(const char *body, size_t bytes, const char *key) {
  const char *at = memmem(body, bytes, key, strlen(key)), *end = body + bytes;
  if (!at) return NULL;
  for (at += strlen(key); at < end && (*at == ' ' || *at == ':'); at++) continue;
  return at < end ? at : NULL;
}

static inline void read_model(const struct backend_request *request, char *name) {
  const char *model = json_field(request->body, request->body_bytes, "\"model\"");
  if (!model || *model != '"') return;
  size_t bytes = strcspn(model + 1, "\"\\");
  if (bytes > MODEL_MAX) return;
  memcpy(name, model + 1, bytes);
  name[bytes] = 0;
}

/* Reads `#tokens=256 per_write=8 interval_us=50000 id=7` from the last message of the prompt; what is not said has a default. */
static inline struct task read_task(const struct backend_request *request, enum dialect dialect) {
  const char *body = request->body, *end = body + request->body_bytes;
  const char *spec = find_last(body, request->body_bytes, "#tokens=");
  struct task task = {.dialect = dialect, .model = "phi3"};
  task.tokens = (unsigned)task_number(spec, end, "#tokens=", 16);
  task.per_write = (unsigned)task_number(spec, end, "per_write=", 1);
  task.interval_ns = task_number(spec, end, "interval_us=", 0) * 1000;
  task.tag = (unsigned)task_number(spec, end, "id=", 0) & 255;
  task.prompt_tokens = (unsigned)(request->body_bytes / 4) + 1;
  task.began_ns = clock_ns();
  if (task.tokens == 0 || task.tokens > TOKEN_MAX_COUNT) task.tokens = 16;
  if (task.per_write == 0 || task.per_write > 256) task.per_write = 1;
  const char *stream = json_field(body, request->body_bytes, "\"stream\"");
  /* Ollama streams unless told not to, OpenAI does not unless told to. */
  task.whole = dialect == OLLAMA_CHAT ? stream && *stream == 'f' : !stream || *stream != 't';
  read_model(request, task.model);
  return task;
}

#endif
