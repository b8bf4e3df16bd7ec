// The control socket: binds it, accepts clients up to a bound, in all and of one Unix user, owns their sessions. Who comes
// when it is full takes the place of whoever has been idle longest. Lives on the daemon's io thread.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "daemon/control/session.h"

namespace tenure::daemon {

class Server {
 public:
  // Binds `path`, 0660. Throws Error when it cannot, or when another daemon answers there.
  Server(boost::asio::io_context& io, const Path& path, Desk desk, Pools pools, SessionLimits limits = {});
  ~Server();
  void start();
  // Closes the socket and every session; their coroutines end as the io thread goes on.
  void stop();

 private:
  boost::asio::awaitable<void> accept();
  void welcome(Session::Socket socket);
  void serve(Session::Socket socket, const Peer& peer);
  // Whether there is room for one more, made if need be.
  bool make_room(const Peer& peer);
  boost::asio::io_context& io_;
  Path path_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  const Desk desk_;
  Pools pools_;
  SessionLimits limits_;
  std::map<const Session*, std::shared_ptr<Session>> sessions_;
  bool stopped_ = false;
};

}  // namespace tenure::daemon
