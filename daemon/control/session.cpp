#include "daemon/control/session.h"

#include <sys/socket.h>
#include <fcntl.h>

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>

#include "base/log.h"
#include "base/told.h"
#include "daemon/control/pace.h"
#include "daemon/control/run_on.h"
#include "daemon/control/stream_sink.h"
#include "daemon/control/verbs.h"

namespace tenure::daemon {
namespace asio = boost::asio;

namespace {
// What is thrown through the coroutine when the client breaks the protocol: it gets this error, then the connection ends.
struct ProtocolError : Error {
  using Error::Error;
};

Error as_error(const std::exception& error) {
  const auto* known = dynamic_cast<const Error*>(&error);
  return known ? *known : Error(ErrorKind::internal, "tenured failed on this request; its log says more", error.what());
}
}  // namespace

Desk desk_of(const Rooms& rooms) {
  return {[&rooms](const Peer& peer, const storage::Actor& actor, const wire::Request& request, StreamSink* sink) {
            const Asker asker = rooms.access.identify(peer.uid, actor.name, request.session);
            return boost::json::serialize(run_verb(rooms, request, asker, sink));
          },
          rooms.stopping};
}

Session::Session(Socket socket, const Peer& peer, const Desk& desk, Pools pools, SessionLimits limits)
    : socket_(std::move(socket)), deadline_(socket_.get_executor()), desk_(desk), pools_(pools), limits_(limits), peer_(peer) {}

void Session::close() {
  closed_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_both, ignored);  // reaches a worker that writes through a duplicate too
  socket_.close(ignored);
}

void Session::arm(Duration limit) {
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->close();
  });
}

void Session::disarm() { deadline_.cancel(); }

asio::awaitable<void> Session::run() {
  const auto self = shared_from_this();
  try {
    bool more = co_await is_welcome();
    while (more) {
      more = co_await serve_one();
    }
  } catch (const std::exception& error) {
    log_debug("event=control-ended actor=\"{}\" cause=\"{}\"", actor_.name, error.what());
  }
  disarm();
  close();
}

// Names of users and groups may come over the network: asked on a worker, for here a hanging server would stop the recorder.
asio::awaitable<bool> Session::is_welcome() {
  bool welcome = false;
  std::optional<Error> refused;
  std::function<void()> look = [this, &welcome] {
    actor_ = actor_of(peer_);
    welcome = may_speak(peer_);
  };
  try {
    co_await run_on(pools_.requests, std::move(look));
    if (!welcome) {
      log_warning("event=control-refused uid={} pid={}", peer_.uid, peer_.pid);
      refused.emplace(ErrorKind::refused, fmt::format("{} may not speak to tenured; be root, its own user, or in the group tenure", actor_.name));
    }
  } catch (const Error& error) {
    refused = error;
  }
  if (refused) {
    Error error = *refused;
    co_await send_error(std::move(error));
  }
  co_return !refused;
}

asio::awaitable<bool> Session::serve_one() {
  std::optional<Error> failure;
  std::string result;
  bool go_on = true;
  try {
    std::string text;
    const bool came = co_await read_request(text);
    if (!came) co_return false;
    const wire::Request request = wire::parse_request(text);
    result = co_await answer(request);
  } catch (const ProtocolError& error) {
    failure = error;
    go_on = false;
  } catch (const boost::system::system_error&) {
    throw;  // the socket itself: nobody left to tell
  } catch (const std::exception& error) {
    failure = as_error(error);
  }
  if (failure) {
    const bool ours = failure->kind() == ErrorKind::internal || failure->kind() == ErrorKind::io || failure->kind() == ErrorKind::corrupt;
    if (ours) log_error("event=request-failed cause=\"{}\"", log_safe(failure->what()));
    Error error = without_technicalities(*failure);
    co_await send_error(std::move(error));
  } else {
    Blob frames = wire::encode_json(result);
    co_await send(std::move(frames));
  }
  co_return go_on;
}

asio::awaitable<bool> Session::read_request(std::string& text) {
  wire::JsonText whole(wire::kLargestRequest);
  wire::Header header{wire::Type::part, 0};
  arm(limits_.idle);
  idle_since_ = std::chrono::steady_clock::now();
  for (bool first = true; header.type != wire::Type::json; first = false) {
    std::array<std::uint8_t, wire::kHeaderSize> five{};
    boost::system::error_code error;
    co_await asio::async_read(socket_, asio::buffer(five), asio::redirect_error(asio::use_awaitable, error));
    idle_since_.reset();
    if (error && first) co_return false;
    if (error) throw boost::system::system_error(error);
    std::string why;
    const auto parsed = wire::parse_header(five, why);
    if (!parsed) throw ProtocolError(ErrorKind::usage, why);
    header = *parsed;
    if (header.type != wire::Type::json && header.type != wire::Type::part)
      throw ProtocolError(ErrorKind::usage, "a request comes in frames of type J (and j before it)");
    if (first) arm(limits_.transfer);  // for all of it: parts without end do not last longer
    Blob payload(header.size);
    co_await asio::async_read(socket_, asio::buffer(payload), asio::use_awaitable);
    if (!whole.add(payload)) throw ProtocolError(ErrorKind::usage, fmt::format("a request of over {} bytes is not taken", wire::kLargestRequest));
  }
  disarm();
  text = whole.take();
  co_return true;
}

asio::awaitable<std::string> Session::answer(const wire::Request& request) {
  std::string result;
  const Verb* verb = find_verb(request.verb);
  const bool streams = verb && verb->stream;
  const int copy = streams ? ::fcntl(socket_.native_handle(), F_DUPFD_CLOEXEC, 3) : -1;
  // The sink is made here: a task refused by a full pool must not leak the descriptor.
  const auto sink = copy >= 0 ? std::make_shared<StreamSink>(File(copy, "control socket"), limits_.transfer, desk_.stopping) : nullptr;
  std::function<void()> work = [this, &request, &result, sink] {
    if (desk_.stopping) throw Error(ErrorKind::unavailable, "tenured is stopping");
    try {
      result = desk_.answer(peer_, actor_, request, sink.get());
    } catch (const boost::system::system_error& error) {  // of a file, not of this socket: it is answered
      throw Error(ErrorKind::io, "The system refused what this request needs", error.what());
    }
  };
  WorkerPool& pool = streams ? pools_.jobs : verb && verb->slow ? pools_.logins : pools_.requests;
  co_await run_on(pool, std::move(work));
  co_return result;
}

asio::awaitable<void> Session::send(Blob frames) {
  asio::const_buffer left(frames.data(), frames.size());
  Pace pace(limits_.transfer);
  while (left.size() > 0) {
    arm(pace.left());
    const auto since = std::chrono::steady_clock::now();
    const std::size_t sent = co_await socket_.async_write_some(left, asio::use_awaitable);
    pace.waited(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - since));
    pace.took(sent);
    left += sent;
  }
  disarm();
}

asio::awaitable<void> Session::send_error(Error error) {
  const std::string text = wire::to_text(error);
  Blob frame = wire::encode(wire::Type::error, as_view(text));
  co_await send(std::move(frame));
}

}  // namespace tenure::daemon
