// One TCP or TLS stream to one camera. The name is resolved once per open(); an address never waits for DNS. While a
// session plays, it is read by a tick and not by readiness: one recv of all that has come, ten times a second, is far
// cheaper than a wake-up per packet. Everything on the io thread; close() from there ends every wait.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/time.h"
#include "ingest/rtsp/address.h"

namespace tenure::ingest::rtsp {

using Deadline = std::chrono::steady_clock::time_point;

class Connection {
 public:
  // `certificate_sha256`: hexadecimal; empty: the system's trust store decides.
  Connection(boost::asio::io_context& io, Address address, std::string certificate_sha256);
  ~Connection();
  // Throws Error naming host, port, the trouble and the remedy.
  boost::asio::awaitable<void> open(Duration timeout);
  // Waits for at least one byte. Zero: the deadline passed. Throws Error{unavailable} when the camera has closed.
  boost::asio::awaitable<std::size_t> read(std::span<std::uint8_t> out, Deadline deadline);
  // What is there, without waiting: nothing when there is nothing. Throws as read().
  std::optional<std::size_t> read_now(std::span<std::uint8_t> out);
  // Requests are small beside the socket's buffer: a camera that does not take them throws Error{unavailable}.
  void write(std::string_view text);
  // Sleeps until the next multiple of `tick`, common to all cameras, so that one wake-up serves them all.
  boost::asio::awaitable<void> tick(Duration tick);
  void close();
  const Address& address() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tenure::ingest::rtsp
