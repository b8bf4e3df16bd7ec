// The client's end of the control socket: one request, then the frames of its answer. Blocks; one thread.
#pragma once
#include <functional>

#include "base/file.h"
#include "daemon/wire/frame.h"
#include "daemon/wire/message.h"

namespace tenure::client {

// What an export's files and progress go to.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void begin_file(const std::string& name) = 0;
  virtual void data(View bytes) = 0;
  virtual void end_file() = 0;
  virtual void progress(double done, const std::string& what) = 0;
};

class Connection {
 public:
  // Throws Error{unavailable} with what to do when no daemon answers there.
  explicit Connection(const Path& socket);
  // The result's JSON text. Throws the daemon's Error; Error{corrupt} when it breaks the protocol.
  std::string ask(const wire::Request& request, Receiver* receiver);

 private:
  void send(View bytes);
  void receive(std::span<std::uint8_t> out);
  void handle(wire::Type type, const Blob& payload, Receiver* receiver);
  File socket_;
};

}  // namespace tenure::client
