#include "ingest/camera.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/log.h"
#include "ingest/backoff.h"
#include "ingest/camera_state.h"

namespace tenure::ingest {

namespace asio = boost::asio;

namespace {
constexpr Duration kProven = Seconds(10);          // of recording, before a camera's refusals are forgotten
constexpr Duration kQuickConnect = Seconds(2);     // so that a camera that comes back is not waited for

rtsp::SessionSettings session_settings(const config::Camera& camera, Duration silence, bool retry) {
  rtsp::SessionSettings settings;
  settings.url = camera.url;
  settings.username = camera.username;
  settings.password = camera.password;
  settings.allow_basic = camera.allow_basic;
  settings.audio = camera.audio;
  settings.certificate_sha256 = camera.certificate_sha256;
  settings.silence = silence;
  if (retry) settings.connect_timeout = std::min(settings.connect_timeout, kQuickConnect);
  return settings;
}

double random_fraction() {
  std::uint32_t number = 0;
  fill_random({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
  return static_cast<double>(number) / 4294967296.0;
}
}  // namespace

struct Camera::State : CameraState {
  State(asio::io_context& context, config::Camera camera, Options chosen, storage::Recorder& recorder, const Clock& clock)
      : CameraState(std::move(camera), chosen, recorder, clock), io(context), timer(context), backoff(chosen.first_retry, chosen.longest_retry) {}

  static asio::awaitable<void> live(std::shared_ptr<State> self);
  asio::awaitable<void> one_session();
  asio::awaitable<void> pause(Duration length);
  static void spawn(std::shared_ptr<State> self);

  asio::io_context& io;
  asio::steady_timer timer;
  Backoff backoff;
  std::unique_ptr<rtsp::Session> session;
  std::optional<Duration> since;
  bool stopping = false, retrying = false;
};

// The camera's life: the one loop, with the one catch.
asio::awaitable<void> Camera::State::live(std::shared_ptr<State> self) {
  self->begin(std::exchange(self->since, std::nullopt));
  while (!self->stopping) {
    ErrorKind kind = ErrorKind::unavailable;
    try {
      co_await self->one_session();
    } catch (const std::exception& trouble) {
      const auto* error = dynamic_cast<const Error*>(&trouble);
      if (error) kind = error->kind();
      self->failed(trouble.what());
    }
    const Duration recorded = self->end_session();
    if (self->stopping) break;
    if (recorded >= kProven) self->backoff.reset();
    const Duration wait = self->backoff.after(kind, random_fraction());
    co_await self->pause(wait);
  }
  self->end();
}

asio::awaitable<void> Camera::State::one_session() {
  connecting();
  session = std::make_unique<rtsp::Session>(io, session_settings(settings_, options_.silence, retrying), clock_, *this);
  retrying = true;
  co_await session->run();
  if (!stopping) failed("the camera ended the session");
}

asio::awaitable<void> Camera::State::pause(Duration length) {
  timer.expires_after(length);
  const auto token = asio::as_tuple(asio::use_awaitable);
  co_await timer.async_wait(token);
}

void Camera::State::spawn(std::shared_ptr<State> self) {
  auto life = live(self);
  asio::co_spawn(self->io, std::move(life), [self](std::exception_ptr trouble) {
    if (!trouble || self->stopping) return;
    // A defect of ours, not the camera's: say so, and go on recording.
    self->failed("an unexpected error inside the recorder");
    spawn(self);
  });
}

Camera::Camera(asio::io_context& io, config::Camera settings, Options options, storage::Recorder& recorder, const Clock& clock)
    : state_(std::make_shared<State>(io, std::move(settings), options, recorder, clock)) {}

Camera::~Camera() = default;

void Camera::start(std::optional<Duration> since) {
  state_->since = since;
  State::spawn(state_);
}

void Camera::stop() {
  asio::post(state_->io, [state = state_] {
    state->stopping = true;
    if (state->session) state->session->stop();
    state->timer.cancel();
  });
}

CameraStatus Camera::status() const { return state_->status(); }

}  // namespace tenure::ingest
