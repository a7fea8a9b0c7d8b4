/* Writes the fake backend's answers: Ollama's NDJSON and OpenAI's server-sent events, each line its own HTTP chunk. */
#ifndef BENCH_ANSWER_WRITER_H
#define BENCH_ANSWER_WRITER_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "token.h"

enum { MODEL_MAX = 64, LINE_MAX_BYTES = 512 };

enum dialect { OLLAMA_CHAT, OPENAI_CHAT };

/* What a prompt asked for. */
struct task {
  enum dialect dialect;
  bool whole;
  unsigned tokens, per_write, tag, prompt_tokens;
  uint64_t interval_ns, began_ns;
  char model[MODEL_MAX + 1];
};

static const char STREAM_HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nDate: %s\r\nTransfer-Encoding: chunked\r\n\r\n";

static inline char *put_text(char *at, const char *text, size_t bytes) {
  memcpy(at, text, bytes);
  return at + bytes;
}

static inline char *put_string(char *at, const char *text) { return put_text(at, text, strlen(text)); }

/* RFC 3339 with nanoseconds, as Ollama writes it. The calendar part is computed once a second. */
static inline char *put_created_at(char *at) {
  static time_t second = -1;
  static char calendar[32];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != second) {
    struct tm parts;
    second = now.tv_sec;
    gmtime_r(&second, &parts);
    strftime(calendar, sizeof calendar, "%Y-%m-%dT%H:%M:%S.", &parts);
  }
  at = put_text(at, calendar, 20);
  long fraction = now.tv_nsec;
  for (int i = 8; i >= 0; i--, fraction /= 10) at[i] = (char)('0' + fraction % 10);
  at[9] = 'Z';
  return at + 10;
}

static inline const char *http_date(void) {
  static time_t second = -1;
  static char text[40];
  time_t now = time(NULL);
  if (now != second) {
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    second = now;
  }
  return text;
}

static inline char *put_stream_head(char *at, const struct task *task) {
  return at + sprintf(at, STREAM_HEAD, task->dialect == OLLAMA_CHAT ? "application/x-ndjson" : "text/event-stream", http_date());
}

/* Frames the line that was written four bytes behind `from` as one chunk: the usual size is two digits and CRLF, a longer line moves. */
static inline char *put_chunk(char *from, char *line, char *end) {
  size_t bytes = (size_t)(end - line);
  int digits = bytes < 0x100 ? 2 : 3;
  if (digits != 2) memmove(from + digits + 2, line, bytes);
  put_hex(from, (uint32_t)bytes, digits);
  memcpy(from + digits, "\r\n", 2);
  return put_text(from + digits + 2 + bytes, "\r\n", 2);
}

static inline char *put_openai_opening(char *at, const struct task *task) {
  return at + sprintf(at, "data: {\"id\":\"chatcmpl-%u\",\"object\":\"chat.completion.chunk\",\"created\":%lld,\"model\":\"%s\","
                          "\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,\"delta\":", task->tag,
                      (long long)time(NULL), task->model);
}

static inline char *put_ollama_opening(char *at, const struct task *task) {
  at = put_string(at, "{\"model\":\"");
  at = put_string(at, task->model);
  at = put_string(at, "\",\"created_at\":\"");
  at = put_created_at(at);
  return put_string(at, "\",\"message\":{\"role\":\"assistant\",\"content\":\"");
}

/* One token as one chunk. */
static inline char *put_token_chunk(char *at, const struct task *task, unsigned index, uint32_t stamp_us) {
  char *line = at + 4, *end = line;
  if (task->dialect == OLLAMA_CHAT) {
    end = put_ollama_opening(end, task);
    end = token_write(end, index, stamp_us, task->tag);
    end = put_string(end, "\"},\"done\":false}\n");
  } else {
    end = put_openai_opening(end, task);
    end = put_string(end, "{\"role\":\"assistant\",\"content\":\"");
    end = token_write(end, index, stamp_us, task->tag);
    end = put_string(end, "\"},\"finish_reason\":null}]}\n\n");
  }
  return put_chunk(at, line, end);
}

static inline char *put_ollama_ending(char *at, const struct task *task) {
  unsigned long long took_ns = clock_ns() - task->began_ns;
  return at + sprintf(at, "\"},\"done\":true,\"done_reason\":\"stop\",\"total_duration\":%llu,\"load_duration\":1000000,"
                          "\"prompt_eval_count\":%u,\"prompt_eval_duration\":2000000,\"eval_count\":%u,\"eval_duration\":%llu}",
                      took_ns + 3000000, task->prompt_tokens, task->tokens, took_ns);
}

/* The last lines and the end of the chunked body. */
static inline char *put_stream_end(char *at, const struct task *task) {
  char *line = at + 4, *end = line;
  if (task->dialect == OLLAMA_CHAT) {
    end = put_ollama_ending(put_ollama_opening(end, task), task);
    at = put_chunk(at, line, put_string(end, "\n"));
  } else {
    end = put_openai_opening(end, task);
    at = put_chunk(at, line, put_string(end, "{},\"finish_reason\":\"stop\"}]}\n\n"));
    line = at + 4;
    at = put_chunk(at, line, put_string(line, "data: [DONE]\n\n"));
  }
  return put_string(at, "0\r\n\r\n");
}

static inline char *put_all_tokens(char *at, const struct task *task) {
  uint32_t stamp_us = (uint32_t)(clock_ns() / 1000);
  for (unsigned i = 0; i < task->tokens; i++) at = token_write(at, i, stamp_us, task->tag);
  return at;
}

/* The body of an answer that is not streamed. */
static inline char *put_whole_body(char *at, const struct task *task) {
  if (task->dialect == OLLAMA_CHAT) return put_ollama_ending(put_all_tokens(put_ollama_opening(at, task), task), task);
  at += sprintf(at, "{\"id\":\"chatcmpl-%u\",\"object\":\"chat.completion\",\"created\":%lld,\"model\":\"%s\","
                    "\"system_fingerprint\":\"fp_ollama\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"",
                task->tag, (long long)time(NULL), task->model);
  at = put_all_tokens(at, task);
  return at + sprintf(at, "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u,\"total_tokens\":%u}}",
                      task->prompt_tokens, task->tokens, task->prompt_tokens + task->tokens);
}

#endif
