/*
 * A backend that is never the limit: it speaks Ollama's /api/chat and OpenAI's /v1/chat/completions with numbered
 * words in place of a model, at the pace the prompt asks for, and Ollama's /api/embed with numbered vectors. One thread, one epoll, listens on 127.0.0.1 only.
 *   fake-backend <port>
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backend-request.h"
#include "due-heap.h"
#include "vectors-writer.h"

enum { CONNECTIONS_MAX = HEAP_MAX, EVENTS = 512, REQUEST_MAX = 1024 * 1024, WRITE_MAX = 256 * 1024, HEAD_MAX = 512 };

struct connection {
  bool open, answering, head_sent, runnable;
  char *in, *unsent;
  size_t in_bytes, in_size, unsent_bytes;
  struct task task;
  unsigned next;
  uint64_t due_ns;
};

static struct connection connections[CONNECTIONS_MAX];
static struct due_heap due;
static int runnable[CONNECTIONS_MAX], runnable_count; /* streams without a pace: one write each per turn */
static int epoll_fd, listen_fd;
static char write_buffer[WRITE_MAX + 2 * 1024 * 1024];

static void take_requests(int fd);

/* ---- connections ---- */

static void watch(int fd, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(epoll_fd, operation, fd, &event);
}

static void close_connection(int fd) {
  struct connection *connection = &connections[fd];
  heap_remove(&due, fd);
  free(connection->in);
  free(connection->unsent);
  bool was_runnable = connection->runnable;
  memset(connection, 0, sizeof *connection);
  /* It leaves the list when the list is next walked; until then it must not be entered twice. */
  connection->runnable = was_runnable;
  close(fd);
}

static void accept_all(void) {
  for (int fd, on = 1; (fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    if (fd >= CONNECTIONS_MAX) {
      close(fd);
      continue;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections[fd].open = true;
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
  }
}

/* Sends, and keeps what the socket does not take until it is writable again. False when the connection is gone. */
static bool send_bytes(int fd, const char *bytes, size_t count) {
  struct connection *connection = &connections[fd];
  ssize_t sent = connection->unsent_bytes ? 0 : send(fd, bytes, count, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    close_connection(fd);
    return false;
  }
  if (sent < 0) sent = 0;
  size_t left = count - (size_t)sent;
  if (left == 0) return true;
  if (connection->unsent_bytes == 0) watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  connection->unsent = realloc(connection->unsent, connection->unsent_bytes + left);
  if (!connection->unsent) abort();
  memcpy(connection->unsent + connection->unsent_bytes, bytes + sent, left);
  connection->unsent_bytes += left;
  return true;
}

/* ---- answers ---- */

static void schedule(int fd) {
  struct connection *connection = &connections[fd];
  if (connection->unsent_bytes) return; /* it goes on when the socket is writable */
  if (connection->task.interval_ns) {
    heap_add(&due, fd, connection->due_ns);
  } else if (!connection->runnable) {
    connection->runnable = true;
    runnable[runnable_count++] = fd;
  }
}

/* Writes the next group of tokens in one write, with the head before the first and the end behind the last. */
static void write_group(int fd) {
  struct connection *connection = &connections[fd];
  const struct task *task = &connection->task;
  char *at = write_buffer;
  if (!connection->head_sent) at = put_stream_head(at, task);
  connection->head_sent = true;
  uint32_t stamp_us = (uint32_t)(clock_ns() / 1000);
  for (unsigned i = 0; i < task->per_write && connection->next < task->tokens; i++)
    at = put_token_chunk(at, task, connection->next++, stamp_us);
  bool last = connection->next == task->tokens;
  if (last) at = put_stream_end(at, task);
  if (!send_bytes(fd, write_buffer, (size_t)(at - write_buffer))) return;
  if (last) {
    connection->answering = false;
    take_requests(fd);
    return;
  }
  connection->due_ns += task->interval_ns;
  schedule(fd);
}

/* Sends the JSON that was written into the buffer, with the space for a head before it. */
static void send_json(int fd, char *end) {
  char *body = write_buffer + HEAD_MAX, head[256];
  int head_bytes = sprintf(head, "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n",
                           http_date(), (size_t)(end - body));
  char *from = body - head_bytes;
  memcpy(from, head, (size_t)head_bytes);
  send_bytes(fd, from, (size_t)(end - from));
}

static void answer_text(int fd, const char *status, const char *type, const char *body, bool with_body) {
  char text[2048];
  int bytes = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nContent-Type: %s\r\nDate: %s\r\nContent-Length: %zu\r\n\r\n%s", status, type,
                       http_date(), strlen(body), with_body ? body : "");
  send_bytes(fd, text, (size_t)bytes);
}

static void answer_vectors(int fd, const struct backend_request *request) {
  char *end = put_vectors_body(write_buffer + HEAD_MAX, request);
  if (end) send_json(fd, end);
  else answer_text(fd, "400 Bad Request", "application/json; charset=utf-8", "{\"error\":\"too many inputs\"}", true);
}

static void answer_chat(int fd, const struct backend_request *request, enum dialect dialect) {
  struct connection *connection = &connections[fd];
  connection->task = read_task(request, dialect);
  if (connection->task.whole) {
    send_json(fd, put_whole_body(write_buffer + HEAD_MAX, &connection->task));
    return;
  }
  connection->answering = true;
  connection->head_sent = false;
  connection->next = 0;
  connection->due_ns = connection->task.began_ns;
  write_group(fd);
}

static const struct {
  const char *path, *type, *body;
} DOCUMENTS[] = {
    {"/", "text/plain; charset=utf-8", "Ollama is running"},
    {"/api/version", "application/json; charset=utf-8", "{\"version\":\"0.33.3\"}"},
    {"/api/ps", "application/json; charset=utf-8", "{\"models\":[]}"},
    {"/api/tags", "application/json; charset=utf-8",
     "{\"models\":[{\"name\":\"phi3:latest\",\"model\":\"phi3:latest\",\"modified_at\":\"2026-01-01T00:00:00Z\",\"size\":2176178913,"
     "\"digest\":\"4f2222927938c5f0c5d2b6b1d6f0d3a1a0b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3\",\"details\":{\"parent_model\":\"\",\"format\":\"gguf\","
     "\"family\":\"phi3\",\"families\":[\"phi3\"],\"parameter_size\":\"3.8B\",\"quantization_level\":\"Q4_0\"},\"capabilities\":[\"completion\"]}]}"},
    {"/v1/models", "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"phi3\",\"object\":\"model\",\"created\":1767225600,\"owned_by\":\"library\"}]}"},
};

static void answer(int fd, const struct backend_request *request) {
  if (request_is(request, "POST", "/api/chat")) {
    answer_chat(fd, request, OLLAMA_CHAT);
    return;
  }
  if (request_is(request, "POST", "/v1/chat/completions")) {
    answer_chat(fd, request, OPENAI_CHAT);
    return;
  }
  if (request_is(request, "POST", "/api/embed")) {
    answer_vectors(fd, request);
    return;
  }
  for (size_t i = 0; i < sizeof DOCUMENTS / sizeof *DOCUMENTS; i++) {
    bool get = request_is(request, "GET", DOCUMENTS[i].path), head = request_is(request, "HEAD", DOCUMENTS[i].path);
    if (!get && !head) continue;
    answer_text(fd, "200 OK", DOCUMENTS[i].type, DOCUMENTS[i].body, get);
    return;
  }
  answer_text(fd, "404 Not Found", "application/json; charset=utf-8", "{\"error\":\"not found\"}", true);
}

/* ---- requests ---- */

static void take_requests(int fd) {
  struct connection *connection = &connections[fd];
  struct backend_request request;
  while (connection->open && !connection->answering && connection->in_bytes && take_request(connection->in, connection->in_bytes, &request)) {
    /* The request is copied out of the way first: the next one may already stand behind it. */
    size_t total = request.total_bytes;
    char *bytes = connection->in;
    size_t left = connection->in_bytes - total;
    connection->in = NULL, connection->in_bytes = connection->in_size = 0;
    if (left) {
      connection->in = malloc(left + 1);
      if (!connection->in) abort();
      memcpy(connection->in, bytes + total, left);
      connection->in[left] = 0;
      connection->in_bytes = connection->in_size = left;
    }
    answer(fd, &request);
    free(bytes);
  }
}

static void on_readable(int fd) {
  static char buffer[64 * 1024];
  struct connection *connection = &connections[fd];
  ssize_t bytes = recv(fd, buffer, sizeof buffer, 0);
  if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (bytes <= 0 || connection->in_bytes + (size_t)bytes > REQUEST_MAX) {
    close_connection(fd);
    return;
  }
  if (connection->in_bytes + (size_t)bytes > connection->in_size) {
    connection->in_size = connection->in_bytes + (size_t)bytes;
    connection->in = realloc(connection->in, connection->in_size + 1);
    if (!connection->in) abort();
  }
  memcpy(connection->in + connection->in_bytes, buffer, (size_t)bytes);
  connection->in_bytes += (size_t)bytes;
  connection->in[connection->in_bytes] = 0;
  take_requests(fd);
}

static void on_writable(int fd) {
  struct connection *connection = &connections[fd];
  ssize_t sent = send(fd, connection->unsent, connection->unsent_bytes, MSG_NOSIGNAL);
  if (sent < 0 && errno == EAGAIN) return;
  if (sent < 0) {
    close_connection(fd);
    return;
  }
  connection->unsent_bytes -= (size_t)sent;
  memmove(connection->unsent, connection->unsent + sent, connection->unsent_bytes);
  if (connection->unsent_bytes) return;
  free(connection->unsent);
  connection->unsent = NULL;
  watch(fd, EPOLL_CTL_MOD, EPOLLIN);
  if (connection->answering) schedule(fd);
}

/* ---- the turn ---- */

static void write_runnable(void) {
  static int turn[CONNECTIONS_MAX];
  int count = runnable_count;
  memcpy(turn, runnable, sizeof *turn * (size_t)count);
  runnable_count = 0;
  for (int i = 0; i < count; i++) {
    struct connection *connection = &connections[turn[i]];
    connection->runnable = false;
    if (connection->open && connection->answering && !connection->task.interval_ns) write_group(turn[i]);
  }
}

static void write_due(uint64_t now_ns) {
  while (due.count && due.entries[0].due_ns <= now_ns) {
    int fd = due.entries[0].fd;
    heap_remove(&due, fd);
    write_group(fd);
  }
}

static void poll_sockets(void) {
  static struct epoll_event events[EVENTS];
  struct timespec timeout = {0, 0}, *wait = &timeout;
  if (!runnable_count && !due.count) wait = NULL;
  if (!runnable_count && due.count) {
    uint64_t now_ns = clock_ns(), at_ns = due.entries[0].due_ns, left = at_ns > now_ns ? at_ns - now_ns : 0;
    timeout = (struct timespec){(time_t)(left / 1000000000), (long)(left % 1000000000)};
  }
  int count = epoll_pwait2(epoll_fd, events, EVENTS, wait, NULL);
  for (int i = 0; i < count; i++) {
    int fd = events[i].data.fd;
    if (fd == listen_fd) {
      accept_all();
      continue;
    }
    if (connections[fd].open && events[i].events & EPOLLOUT && connections[fd].unsent_bytes) on_writable(fd);
    if (connections[fd].open && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(fd);
  }
}

static void listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listen_fd, (struct sockaddr *)&address, sizeof address) || listen(listen_fd, 4096)) {
    perror("fake-backend");
    exit(1);
  }
  watch(listen_fd, EPOLL_CTL_ADD, EPOLLIN);
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int port = count == 2 ? atoi(arguments[1]) : 0;
  if (port < 1 || port > 65535) {
    fprintf(stderr, "usage: fake-backend <port>\n");
    return 2;
  }
  heap_init(&due);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  listen_on(port);
  for (;;) {
    poll_sockets();
    write_runnable();
    write_due(clock_ns());
  }
}
