#include "daemon/control/server.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.h"
#include "daemon/control/seats.h"

namespace tenure::daemon {
namespace asio = boost::asio;
using asio::local::stream_protocol;

namespace {
constexpr auto kPause = Millis(200);  // after a failure

// A socket file left by a crash is removed; one that somebody answers at is not.
void clear_stale(asio::io_context& io, const Path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return;
  if (!S_ISSOCK(info.st_mode))
    throw Error(ErrorKind::refused, fmt::format("{} is in the way of the control socket and is no socket; remove it or set [daemon] socket", path.string()));
  stream_protocol::socket probe(io);
  boost::system::error_code error;
  probe.connect(stream_protocol::endpoint(path.string()), error);
  if (!error) throw Error(ErrorKind::refused, fmt::format("another daemon answers at {}; stop it, or set [daemon] socket", path.string()));
  remove_file(path);
}

stream_protocol::endpoint endpoint_of(const Path& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    throw Error(ErrorKind::refused, fmt::format("the control socket's path {} is longer than the system's {} bytes; set a shorter [daemon] socket",
                                                path.string(), sizeof(sockaddr_un::sun_path) - 1));
  return stream_protocol::endpoint(path.string());
}
}  // namespace

Server::Server(asio::io_context& io, const Path& path, Desk desk, Pools pools, SessionLimits limits)
    : io_(io), path_(path), acceptor_(io), pause_(io), desk_(std::move(desk)), pools_(pools), limits_(limits) {
  const auto endpoint = endpoint_of(path);
  make_directories(path.parent_path());
  clear_stale(io, path);
  boost::system::error_code error;
  acceptor_.open(stream_protocol(), error);
  // Bound with no rights for others from its first moment.
  const mode_t before = ::umask(0117);
  if (!error) acceptor_.bind(endpoint, error);
  ::umask(before);
  if (!error) acceptor_.listen(64, error);
  if (error) throw Error(ErrorKind::io, fmt::format("cannot open the control socket {}", path.string()), error.message());
}

Server::~Server() { stop(); }

void Server::start() { asio::co_spawn(io_, accept(), [](const std::exception_ptr&) {}); }

asio::awaitable<void> Server::accept() {
  while (!stopped_) {
    boost::system::error_code error;
    Session::Socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (stopped_) co_return;
    if (!error) {
      welcome(std::move(socket));
      continue;
    }
    log_warning("event=control-accept-failed cause=\"{}\"", error.message());
    boost::system::error_code ignored;
    pause_.expires_after(kPause);
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

// One who finds no room is hung up on.
void Server::welcome(Session::Socket socket) {
  try {
    const auto peer = peer_of(socket.native_handle());
    if (make_room(peer)) return serve(std::move(socket), peer);
    log_warning("event=control-full uid={} pid={}", peer.uid, peer.pid);
  } catch (const std::exception& error) {
    log_warning("event=control-accept-failed cause=\"{}\"", error.what());
  }
}

bool Server::make_room(const Peer& peer) {
  std::vector<Seat> taken;
  std::vector<Session*> sitting;
  for (const auto& [key, session] : sessions_) {
    if (session->is_closed()) continue;
    taken.push_back({session->peer().uid, session->idle_since()});
    sitting.push_back(session.get());
  }
  const auto seats = seat(taken, peer.uid);
  if (seats.gives_way) sitting[*seats.gives_way]->close();
  return seats.room;
}

void Server::serve(Session::Socket socket, const Peer& peer) {
  const auto session = std::make_shared<Session>(std::move(socket), peer, desk_, pools_, limits_);
  sessions_.emplace(session.get(), session);
  asio::co_spawn(io_, session->run(), [this, key = session.get()](const std::exception_ptr&) { sessions_.erase(key); });
}

void Server::stop() {
  if (stopped_) return;
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  for (const auto& [key, session] : sessions_) session->close();
  ::unlink(path_.c_str());
}

}  // namespace tenure::daemon
