/* The requests of the load client: what is said, and what the answer has to be. */
#ifndef BENCH_LOAD_REQUEST_H
#define BENCH_LOAD_REQUEST_H

#include "load-settings.h"
#include "vectors-answer.h"

enum { FILLER_MIN = 60, TEXT_MAX = 640, CHAT_BODY_MAX = 1200, EMBED_BODY_MAX = INPUTS_MAX * TEXT_MAX + 256, REQUEST_MAX = EMBED_BODY_MAX + 8192 };
/* Texts of a fixed set have numbers that no unique text ever gets. */
enum { SET_FIRST = 900000000 };

static const char FILLER[] =
    "Please read the following notes carefully and answer in plain words. The harbour opens at six and the first ferry leaves "
    "with the tide; the keeper writes down each name, each crate and each hour, and hangs the list beside the door. Whoever comes "
    "late finds the list but not the keeper. Explain what the keeper promised, what the list is for, and what a traveller should do "
    "when the list and the ferry disagree. Mention the weather only where it matters, and do not repeat the question in the answer. ";

static inline int filler_bytes(uint64_t id) { return FILLER_MIN + (int)(id * 37 % (sizeof FILLER - 1 - FILLER_MIN)); }

/* Every prompt is unique, 100 to about 600 characters long, and tells the fake backend what to answer. */
static inline int put_chat_body(char *at, const struct load_settings *settings, uint64_t id) {
  return snprintf(at, CHAT_BODY_MAX,
      "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%.*s #tokens=%d per_write=%d interval_us=%d id=%llu\"}],\"stream\":%s}",
      settings->model, filler_bytes(id), FILLER, settings->tokens, settings->per_write, settings->interval_us,
      (unsigned long long)id, settings->whole ? "false" : "true");
}

/* Texts as long as prompts; each ends with its number, from which the fake backend makes the vector. */
static inline int put_embed_body(char *from, const struct load_settings *settings, const struct vectors_answer *wanted) {
  char *at = from + sprintf(from, "{\"model\":\"%s\",\"input\":[", settings->model);
  for (int i = 0; i < wanted->expected; i++)
    at += sprintf(at, "%s\"%.*s #text=%u\"", i ? "," : "", filler_bytes(wanted->texts[i]), FILLER, wanted->texts[i]);
  const char *format = settings->form == VECTORS_OLLAMA ? "" : settings->form == VECTORS_FLOAT ? ",\"encoding_format\":\"float\"" : ",\"encoding_format\":\"base64\"";
  at += sprintf(at, "]%s}", format);
  return (int)(at - from);
}

/* The next texts: never seen before, or the fixed set once more. */
static inline void choose_texts(struct vectors_answer *wanted, const struct load_settings *settings, uint64_t id) {
  static uint32_t place;
  wanted->expected = settings->embed;
  wanted->right = 0;
  wanted->bytes = 0;
  for (int i = 0; i < settings->embed; i++) {
    wanted->texts[i] = settings->texts ? SET_FIRST + place : (uint32_t)((id + (uint64_t)i) % SET_FIRST);
    if (settings->texts) place = (place + 1) % (uint32_t)settings->texts;
  }
}

static inline int put_request(char *at, const struct load_settings *settings, const char *body, int body_bytes) {
  int head = snprintf(at, REQUEST_MAX, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n",
                      settings->path, settings->port, settings->headers, body_bytes);
  if (head + body_bytes > REQUEST_MAX) abort();
  memcpy(at + head, body, (size_t)body_bytes);
  return head + body_bytes;
}

#endif
