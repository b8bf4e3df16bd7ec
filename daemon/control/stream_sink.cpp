#include "daemon/control/stream_sink.h"

#include <poll.h>
#include <sys/socket.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <chrono>

#include "base/error.h"

namespace tenure::daemon {
namespace json = boost::json;

namespace {
constexpr std::size_t kPiece = 256 << 10;  // of a file, in one frame

Error gone() { return {ErrorKind::unavailable, "the client that asked for this export has gone"}; }
}  // namespace

StreamSink::StreamSink(File socket, Duration patience, const std::atomic<bool>& stopping)
    : socket_(std::move(socket)), patience_(patience), stopping_(stopping) {}

void StreamSink::begin_file(const std::string& name) { send(wire::Type::begin_file, as_view(json::serialize(json::object{{"name", name}}))); }

void StreamSink::write(View bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kPiece));
    send(wire::Type::data, piece);
    bytes = bytes.subspan(piece.size());
  }
}

void StreamSink::end_file() { send(wire::Type::end_file, {}); }

void StreamSink::progress(double done, const std::string& what) {
  send(wire::Type::progress, as_view(json::serialize(json::object{{"done", done}, {"what", what}})));
}

void StreamSink::send(wire::Type type, View payload) { send_all(wire::encode(type, payload)); }

void StreamSink::send_all(View bytes) {
  while (!bytes.empty()) {
    if (stopping_) throw Error(ErrorKind::unavailable, "tenured is stopping; ask again when it runs");
    const auto sent = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      pace_.took(static_cast<std::uint64_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_for_room();
    } else if (errno != EINTR) {
      throw gone();
    }
  }
}

// In steps of a fifth of a second, so that a clean stop is not held up by a client that takes nothing.
void StreamSink::wait_for_room() {
  const auto since = std::chrono::steady_clock::now();
  const auto waited = [&] { return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - since); };
  const auto limit = pace_.left();
  while (!stopping_) {
    pollfd wait{socket_.descriptor(), POLLOUT, 0};
    const int ready = ::poll(&wait, 1, 200);
    if (ready > 0 || (ready < 0 && errno != EINTR)) break;  // send() says which
    if (waited() <= limit) continue;
    const auto why = limit < patience_ ? "takes less than " + std::to_string(Pace::kSlowest >> 10) + " KiB a second" : "took nothing for " + to_text(patience_);
    throw Error(ErrorKind::unavailable, "the client " + why + "; the export was given up");
  }
  pace_.waited(waited());
}

}  // namespace tenure::daemon
