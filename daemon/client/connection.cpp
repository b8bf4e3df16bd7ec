#include "daemon/client/connection.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <boost/filesystem/operations.hpp>
#include <boost/json/parse.hpp>
#include <cerrno>

#include "daemon/client/interrupt.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
// A clone runs by ./run and has its socket in ./var; anything else is a service.
std::string how_to_start(const Path& socket) {
  namespace fs = boost::filesystem;
  const auto clone_of = [](const Path& folder) {
    boost::system::error_code error;
    return fs::exists(folder / "run", error) && fs::exists(folder / "CMakeLists.txt", error);
  };
  const Path state = fs::absolute(socket).lexically_normal().parent_path();
  if (state.filename() == "var" && clone_of(state.parent_path())) return "start it (./run in " + state.parent_path().string() + ")";
  if (clone_of(fs::current_path())) return "start it (./run in this folder, or systemctl start tenured where it is installed)";
  return "start it (systemctl start tenured)";
}

Error no_daemon(const Path& socket, int code) {
  if (code == EACCES) return {ErrorKind::refused, fmt::format("{} may not be opened by this user; use sudo, or join the group tenure", socket.string())};
  if (code == ENOENT || code == ECONNREFUSED)
    return {ErrorKind::unavailable, fmt::format("tenured does not run: nobody answers at {}; {}, or name another socket with --socket or "
                                                "--config", socket.string(), how_to_start(socket))};
  errno = code;
  return io_error(fmt::format("cannot reach tenured at {}", socket.string()));
}

json::object object_of(const Blob& payload) {
  boost::system::error_code error;
  const json::value value = json::parse(as_text(payload), error);
  if (error || !value.is_object()) throw Error(ErrorKind::corrupt, "the daemon sent a message that cannot be read");
  return value.get_object();
}

std::string text_of(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}
}  // namespace

Connection::Connection(const Path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path) throw Error(ErrorKind::usage, fmt::format("--socket: {} is too long for a socket's path", socket.string()));
  std::memcpy(address.sun_path, socket.c_str(), socket.size());
  socket_ = File(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), socket);
  if (!socket_.is_open()) throw io_error("cannot make a socket");
  if (::connect(socket_.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw no_daemon(socket, errno);
}

void Connection::send(View bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.descriptor(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EPIPE) return;  // it hung up: its last frame says why
    if (sent < 0) throw io_error("cannot write to tenured");
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
}

void Connection::receive(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    if (was_interrupted()) throw Error(ErrorKind::unavailable, "interrupted");
    const auto got = ::recv(socket_.descriptor(), out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Error(ErrorKind::unavailable, "tenured hung up before its answer was whole; its log says why. What was asked may be done or not: look before you ask again");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void Connection::handle(wire::Type type, const Blob& payload, Receiver* receiver) {
  if (!receiver && type == wire::Type::progress) return;
  if (!receiver) throw Error(ErrorKind::corrupt, "the daemon sent a file that was not asked for");
  if (type == wire::Type::begin_file) receiver->begin_file(text_of(object_of(payload), "name"));
  if (type == wire::Type::data) receiver->data(payload);
  if (type == wire::Type::end_file) receiver->end_file();
  if (type == wire::Type::progress) {
    const auto object = object_of(payload);
    boost::system::error_code ignored;
    const auto* done = object.if_contains("done");
    receiver->progress(done ? done->to_number<double>(ignored) : 0, text_of(object, "what"));
  }
}

std::string Connection::ask(const wire::Request& request, Receiver* receiver) {
  send(wire::encode_json(wire::to_text(request)));
  wire::JsonText result(wire::kLargestAnswer);
  while (true) {
    std::array<std::uint8_t, wire::kHeaderSize> five{};
    receive(five);
    std::string why;
    const auto header = wire::parse_header(five, why);
    if (!header) throw Error(ErrorKind::corrupt, "the daemon broke the protocol: " + why);
    Blob payload(header->size);
    receive(payload);
    if (header->type == wire::Type::error) throw wire::parse_error(as_text(payload));
    if (header->type != wire::Type::json && header->type != wire::Type::part) {
      handle(header->type, payload, receiver);
      continue;
    }
    if (!result.add(payload)) throw Error(ErrorKind::corrupt, "the daemon's answer is too long");
    if (header->type == wire::Type::json) return result.take();
  }
}

}  // namespace tenure::client
