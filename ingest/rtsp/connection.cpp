#include "ingest/rtsp/connection.h"

#include <openssl/x509.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "ingest/rtsp/message.h"

namespace tenure::ingest::rtsp {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock_ = std::chrono::steady_clock;

namespace {

std::string plain_fingerprint(std::string_view text) {
  std::string out;
  for (const char c : lower(text))
    if (c != ':' && c != ' ') out += c;
  return out;
}

std::string fingerprint(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate, &der);
  if (size <= 0) return {};
  const auto digest = sha256(View(der, static_cast<std::size_t>(size)));
  OPENSSL_free(der);
  return to_hex(digest);
}

}  // namespace

struct Connection::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, Address where, std::string_view pin)
      : address(std::move(where)), pinned(plain_fingerprint(pin)), socket(io), resolver(io), timer(io) {}

  // Arms the one timer as a watchdog: at the deadline pending operations are cancelled and `late` is set.
  void watch(Deadline deadline) {
    late = false;
    timer.expires_at(deadline);
    // A watchdog that fired and was not run yet cannot be cancelled any more: its number tells that it is over.
    timer.async_wait([weak = weak_from_this(), number = ++watch_number](error_code failed) {
      const auto self = weak.lock();
      if (!self || failed || number != self->watch_number) return;
      self->late = true;
      error_code ignored;
      self->socket.cancel(ignored);
    });
  }
  void unwatch() {
    ++watch_number;
    timer.cancel();
  }

  asio::awaitable<void> resolve(Deadline deadline);
  asio::awaitable<void> connect(Deadline deadline);
  asio::awaitable<void> secure(Deadline deadline);
  void make_context();
  void name_server();
  void tune();
  [[noreturn]] void fail_connect(const std::string& why) const {
    throw Error(ErrorKind::unavailable,
                "cannot connect to " + address.text() + " (" + why + "): check the address and that the camera is on");
  }
  [[noreturn]] void fail_read(const error_code& failed) const {
    if (closed) throw Error(ErrorKind::unavailable, "the session was stopped");
    if (failed == asio::error::eof || failed == asio::ssl::error::stream_truncated)
      throw Error(ErrorKind::unavailable, "the camera closed the connection");
    throw Error(ErrorKind::unavailable, "the connection to the camera broke", failed.message());
  }

  Address address;
  std::string pinned, seen;  // certificate fingerprints
  tcp::socket socket;
  tcp::resolver resolver;
  asio::steady_timer timer;
  std::optional<asio::ssl::context> context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  std::vector<tcp::endpoint> endpoints;
  std::uint64_t watch_number = 0;
  bool late = false, closed = false;
};

// A lookup cannot be interrupted, so the coroutine waits for the timer and the lookup cuts that wait short.
asio::awaitable<void> Connection::State::resolve(Deadline deadline) {
  error_code failed;
  const auto literal = asio::ip::make_address(address.host, failed);
  if (!failed) {
    endpoints.emplace_back(literal, address.port);
    co_return;
  }
  struct Answer {
    error_code failed = asio::error::timed_out;
    std::vector<tcp::endpoint> endpoints;
  };
  const auto answer = std::make_shared<Answer>();
  timer.expires_at(deadline);
  resolver.async_resolve(address.host, std::to_string(address.port), tcp::resolver::numeric_service,
                         [answer, self = shared_from_this()](error_code error, const tcp::resolver::results_type& found) {
                           answer->failed = error;
                           for (const auto& entry : found)
                             if (answer->endpoints.size() < 8) answer->endpoints.push_back(entry.endpoint());
                           self->timer.cancel();
                         });
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await timer.async_wait(token);
  if (closed) fail_read(asio::error::operation_aborted);
  if (answer->failed || answer->endpoints.empty())
    throw Error(ErrorKind::unavailable,
                "cannot find the camera's address " + log_safe(address.host) + ": check its name, or enter its IP address",
                answer->failed.message());
  endpoints = std::move(answer->endpoints);
}

asio::awaitable<void> Connection::State::connect(Deadline deadline) {
  error_code failed;
  for (const auto& endpoint : endpoints) {
    error_code ignored;
    socket.close(ignored);
    socket.open(endpoint.protocol(), failed);
    if (failed) continue;
    // No SO_RCVBUF: it would end the kernel's own tuning. Read once in 100 ms, a plain Debian's largest fixed buffer let
    // 0.37 MiB a tick through, the tuned one all 2 MiB that a tick takes, from the third tick on (decision 0006).
    watch(deadline);
    auto token = asio::redirect_error(asio::use_awaitable, failed);
    co_await socket.async_connect(endpoint, token);
    unwatch();
    if (closed) fail_read(asio::error::operation_aborted);
    if (late) fail_connect("no answer in time");
    if (!failed) break;
  }
  if (failed) fail_connect(lower(failed.message()));
  tune();
}

void Connection::State::tune() {
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

// What the macro SSL_set_tlsext_host_name does, without its C cast. Only for names: addresses are not sent.
void Connection::State::name_server() {
  SSL_ctrl(tls->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, address.host.data());
}

void Connection::State::make_context() {
  context.emplace(asio::ssl::context::tls_client);
  context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                       asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  context->set_verify_mode(asio::ssl::verify_peer);
  error_code ignored;
  if (pinned.empty()) context->set_default_verify_paths(ignored);
  const bool is_pinned = !pinned.empty();
  auto by_name = asio::ssl::host_name_verification(address.host);
  context->set_verify_callback([this, is_pinned, by_name](bool trusted, asio::ssl::verify_context& verify) {
    auto* store = verify.native_handle();
    // The camera's own, even while one above it in the chain is judged: that may be where it ends.
    if (auto* own = X509_STORE_CTX_get0_cert(store); own != nullptr && seen.empty()) seen = fingerprint(own);
    if (!is_pinned) return by_name(trusted, verify);
    return X509_STORE_CTX_get_error_depth(store) > 0 || seen == pinned;
  });
}

asio::awaitable<void> Connection::State::secure(Deadline deadline) {
  make_context();
  tls.emplace(socket, *context);
  error_code failed;
  asio::ip::make_address(address.host, failed);
  if (failed) name_server();
  watch(deadline);
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  co_await tls->async_handshake(asio::ssl::stream_base::client, token);
  unwatch();
  if (closed) fail_read(asio::error::operation_aborted);
  if (late)
    throw Error(ErrorKind::unavailable, "no TLS connection with " + address.text() + " in time: check that the camera offers RTSPS on this port");
  if (!failed && (pinned.empty() || seen == pinned)) co_return;
  if (!seen.empty() && (!failed || failed.message().find("certificate verify failed") != std::string::npos))
    throw Error(ErrorKind::refused,
                pinned.empty() ? "the camera's certificate is not one this machine trusts: if it is your camera, set "
                                 "certificate_sha256 = \"" + seen + '"'
                               : "the camera's certificate is not the one in certificate_sha256; it now is " + seen +
                                     ": check whether the camera was replaced or reset");
  throw Error(ErrorKind::unavailable, "no TLS connection with " + address.text() + ": check that the camera offers RTSPS on this port",
              failed.message());
}

Connection::Connection(asio::io_context& io, Address address, std::string certificate_sha256)
    : state_(std::make_shared<State>(io, std::move(address), certificate_sha256)) {}

Connection::~Connection() { close(); }

asio::awaitable<void> Connection::open(Duration timeout) {
  const auto state = state_;
  const auto deadline = Clock_::now() + timeout;
  if (state->closed) state->fail_read(asio::error::operation_aborted);
  co_await state->resolve(deadline);
  co_await state->connect(deadline);
  if (!state->address.tls) co_return;
  co_await state->secure(deadline);
}

asio::awaitable<std::size_t> Connection::read(std::span<std::uint8_t> out, Deadline deadline) {
  const auto state = state_;
  error_code failed;
  std::size_t size = 0;
  const auto buffer = asio::buffer(out.data(), out.size());
  if (state->closed) state->fail_read(asio::error::operation_aborted);
  state->watch(deadline);
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  if (state->tls) {
    size = co_await state->tls->async_read_some(buffer, token);
  } else {
    size = co_await state->socket.async_read_some(buffer, token);
  }
  state->unwatch();
  if (size > 0) co_return size;
  if (state->late && !state->closed) co_return 0;
  state->fail_read(failed);
}

std::optional<std::size_t> Connection::read_now(std::span<std::uint8_t> out) {
  error_code failed;
  const auto buffer = asio::buffer(out.data(), out.size());
  const auto size = state_->tls ? state_->tls->read_some(buffer, failed) : state_->socket.read_some(buffer, failed);
  if (size > 0) return size;
  if (failed == asio::error::would_block || failed == asio::error::try_again) return std::nullopt;
  state_->fail_read(failed);
}

void Connection::write(std::string_view text) {
  error_code failed;
  const auto buffer = asio::buffer(text.data(), text.size());
  const auto size = state_->tls ? state_->tls->write_some(buffer, failed) : state_->socket.write_some(buffer, failed);
  if (!failed && size == text.size()) return;
  if (!failed || failed == asio::error::would_block)
    throw Error(ErrorKind::unavailable, "the camera takes no requests any more: its connection is stuck");
  state_->fail_read(failed);
}

asio::awaitable<void> Connection::tick(Duration tick) {
  const auto state = state_;
  const auto now = std::chrono::duration_cast<Duration>(Clock_::now().time_since_epoch());
  const auto next = (now / tick + 1) * tick;
  state->timer.expires_at(Deadline(std::chrono::duration_cast<Deadline::duration>(next)));
  error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await state->timer.async_wait(token);
  if (state->closed) state->fail_read(asio::error::operation_aborted);
}

void Connection::close() {
  state_->closed = true;
  error_code ignored;
  state_->timer.cancel();
  state_->resolver.cancel();
  state_->socket.close(ignored);
}

const Address& Connection::address() const { return state_->address; }

}  // namespace tenure::ingest::rtsp
