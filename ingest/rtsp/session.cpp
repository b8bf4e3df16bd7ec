#include "ingest/rtsp/session.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "ingest/rtsp/dialogue.h"
#include "ingest/rtsp/streams.h"
#include "ingest/rtsp/transport.h"

namespace tenure::ingest::rtsp {

namespace asio = boost::asio;
using SteadyClock = std::chrono::steady_clock;

namespace {

[[noreturn]] void refused(const Response& response, const std::string& method) {
  const auto said = fmt::format("({} {})", response.status, log_safe(response.reason));
  if (response.status == 403)
    throw Error(ErrorKind::refused, "the camera refuses this user the stream " + said + ": give the user the right to view it");
  if (response.status == 404)
    throw Error(ErrorKind::not_found, "the camera has no stream at this path " + said + ": check the path in url");
  if (response.status == 453 || response.status == 503)
    throw Error(ErrorKind::unavailable, "the camera has no room for another viewer " + said + ": close other viewers or restart it");
  if (response.status == 461)
    throw Error(ErrorKind::refused, "the camera does not send over TCP " + said + ": enable RTSP over TCP in its settings");
  throw Error(ErrorKind::unavailable, "the camera answered " + method + " with an error " + said);
}

Authenticator make_authenticator(const SessionSettings& settings, const Address& address) {
  return {settings.username, settings.password, settings.allow_basic || address.tls};
}

}  // namespace

struct Session::State : std::enable_shared_from_this<State> {
  State(asio::io_context& io, SessionSettings given, const Clock& clock, Handler& handler_)
      : settings(std::move(given)), address(parse_address(settings.url)), handler(handler_), streams(handler, clock),
        connection(io, address, settings.certificate_sha256),
        dialogue(connection, make_authenticator(settings, address), settings.reply_timeout,
                 [this](std::size_t bytes) { on_read(bytes); }, [this](const Frame& frame) { streams.on_frame(frame); }) {}

  asio::awaitable<void> run();
  asio::awaitable<void> begin();
  asio::awaitable<SessionPlan> describe();
  asio::awaitable<void> set_up(SessionPlan plan);
  asio::awaitable<void> play();
  void on_read(std::size_t bytes) {
    streams.on_read();
    handler.on_read(bytes);
  }
  void check_alive();
  void keep_alive();
  void leave();

  const SessionSettings settings;
  const Address address;
  Handler& handler;
  Streams streams;
  Connection connection;
  Dialogue dialogue;
  std::string base, aggregate;
  SessionHeader session;
  bool can_get_parameter = false, set_up_done = false, stopped = false;
  std::uint64_t packets_seen = 0;
  SteadyClock::time_point last_packet, next_keep_alive;
};

asio::awaitable<void> Session::State::run() {
  try {
    co_await begin();
    co_await play();
  } catch (const Error&) {
    connection.close();
    if (!stopped) throw;
  }
}

asio::awaitable<void> Session::State::begin() {
  co_await connection.open(settings.connect_timeout);
  Dialogue::Request options{"OPTIONS", address.url, {}};
  const auto offered = co_await dialogue.ask(options);
  can_get_parameter = offered.header("public").find("GET_PARAMETER") != std::string_view::npos;
  auto plan = co_await describe();
  if (!plan.sound_problem.empty()) log_warning("rtsp host={} problem=\"{}\"", address.text(), plan.sound_problem);
  co_await set_up(std::move(plan));
}

asio::awaitable<SessionPlan> Session::State::describe() {
  Dialogue::Request request{"DESCRIBE", address.url, "Accept: application/sdp\r\n"};
  const auto response = co_await dialogue.ask(request);
  if (response.status != 200) refused(response, "DESCRIBE");
  base = address.url;
  for (const auto* name : {"content-location", "content-base"}) {
    const auto value = response.header(name);
    if (is_clean_uri(value) && lower(value.substr(0, 4)) == "rtsp") base = value;
  }
  const auto sdp = parse_sdp(response.body);
  co_return plan_session(sdp, settings.audio);
}

asio::awaitable<void> Session::State::set_up(SessionPlan plan) {
  aggregate = resolve_control(base, plan.control);
  std::uint8_t channel = 0;
  for (const auto& track : plan.tracks) {
    const Channels asked{channel, static_cast<std::uint8_t>(channel + 1)};
    Dialogue::Request request{
        "SETUP", resolve_control(base, track.control),
        fmt::format("Transport: RTP/AVP/TCP;unicast;interleaved={}-{}\r\n", asked.rtp, asked.rtcp)};
    const auto response = co_await dialogue.ask(request);
    if (response.status != 200) refused(response, "SETUP");
    session = parse_session(response.header("session"));
    dialogue.set_session(session.id);
    set_up_done = true;
    const auto given = parse_transport(response.header("transport"), asked);
    streams.add(track, given.rtp, given.rtcp);
    channel = static_cast<std::uint8_t>(channel + 2);
  }
}

asio::awaitable<void> Session::State::play() {
  Dialogue::Request request{"PLAY", aggregate, "Range: npt=0.000-\r\n"};
  const auto response = co_await dialogue.ask(request);
  if (response.status != 200) refused(response, "PLAY");
  last_packet = SteadyClock::now();
  next_keep_alive = last_packet + session.timeout / 2;
  streams.begin_playing();
  while (!stopped) {
    co_await connection.tick(settings.drain_tick);
    dialogue.drain();
    check_alive();
  }
}

void Session::State::check_alive() {
  const auto now = SteadyClock::now();
  if (streams.goodbye()) throw Error(ErrorKind::unavailable, "the camera ended the stream (RTCP BYE)");
  if (streams.picture_packets() != packets_seen) {
    packets_seen = streams.picture_packets();
    last_packet = now;
  }
  if (now - last_packet >= settings.silence)
    throw Error(ErrorKind::unavailable, fmt::format("no packet for {:g} s: the camera may hang or its network be cut",
                                                    std::chrono::duration<double>(settings.silence).count()));
  if (now >= next_keep_alive) keep_alive();
}

void Session::State::keep_alive() {
  const int status = dialogue.last_status();
  if (status == 454) throw Error(ErrorKind::unavailable, "the camera forgot the session (454)");
  if (status >= 400 && status != 401) can_get_parameter = false;
  next_keep_alive = SteadyClock::now() + session.timeout / 2;
  dialogue.send({can_get_parameter ? "GET_PARAMETER" : "OPTIONS", aggregate, {}});
}

void Session::State::leave() {
  stopped = true;
  streams.end();
  try {
    if (set_up_done) dialogue.send({"TEARDOWN", aggregate, {}});
  } catch (const Error&) {  // the connection is gone already, and with it the session
  }
  connection.close();
}

Session::Session(asio::io_context& io, SessionSettings settings, const Clock& clock, Handler& handler)
    : state_(std::make_shared<State>(io, std::move(settings), clock, handler)) {}

Session::~Session() = default;

asio::awaitable<void> Session::run() {
  const auto state = state_;
  co_await state->run();
}

void Session::stop() {
  if (!state_->stopped) state_->leave();
}

}  // namespace tenure::ingest::rtsp
