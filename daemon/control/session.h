// One client of the control socket: reads requests one after the other, has each answered on a worker, sends the answer.
// Lives on the daemon's io thread; every read and write has a deadline.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>

#include "daemon/control/peer.h"
#include "daemon/rooms.h"
#include "daemon/wire/frame.h"
#include "daemon/wire/message.h"
#include "daemon/worker_pool.h"

namespace tenure::daemon {

struct SessionLimits {
  Duration idle = std::chrono::minutes(5);  // between requests
  Duration transfer = Seconds(30);          // for the rest of a request; of an answer, see Pace
};

// The threads that answers are worked out on.
struct Pools {
  WorkerPool& requests;
  WorkerPool& jobs;    // exports
  WorkerPool& logins;  // one thread: passwords take long and much memory on purpose
};

class StreamSink;

// Who answers a request: as JSON, on one of the pools' threads. Throws Error.
struct Desk {
  std::function<std::string(const Peer&, const storage::Actor&, const wire::Request&, StreamSink*)> answer;
  const std::atomic<bool>& stopping;
};
Desk desk_of(const Rooms& rooms);  // the verbs

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;
  Session(Socket socket, const Peer& peer, const Desk& desk, Pools pools, SessionLimits limits);
  // Ends when the client has gone, misbehaves, or close() was called. Does not throw.
  boost::asio::awaitable<void> run();
  void close();
  bool is_closed() const { return closed_; }
  const Peer& peer() const { return peer_; }
  // Since when it has waited for a request; nothing while one is under way.
  const std::optional<std::chrono::steady_clock::time_point>& idle_since() const { return idle_since_; }

 private:
  boost::asio::awaitable<bool> is_welcome();
  boost::asio::awaitable<bool> serve_one();
  // Nothing when the client hung up between requests.
  boost::asio::awaitable<bool> read_request(std::string& text);
  boost::asio::awaitable<std::string> answer(const wire::Request& request);
  boost::asio::awaitable<void> send(Blob frames);
  boost::asio::awaitable<void> send_error(Error error);
  void arm(Duration limit);
  void disarm();

  Socket socket_;
  boost::asio::steady_timer deadline_;
  const Desk& desk_;
  Pools pools_;
  SessionLimits limits_;
  Peer peer_;
  bool closed_ = false;
  std::optional<std::chrono::steady_clock::time_point> idle_since_;
  storage::Actor actor_;  // the Unix user
};

}  // namespace tenure::daemon
