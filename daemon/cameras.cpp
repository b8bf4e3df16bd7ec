#include "daemon/cameras.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tenure::daemon {

bool same(const config::Camera& a, const config::Camera& b) {
  const auto all = [](const config::Camera& c) {
    return std::tie(c.name, c.url, c.username, c.password, c.area, c.cls, c.client, c.allow_basic, c.audio, c.audio_reason,
                    c.audio_dpia, c.certificate_sha256);
  };
  return all(a) == all(b);
}

Cameras::Cameras(std::size_t threads, storage::Recorder& recorder, const Clock& clock) : recorder_(recorder), clock_(clock) {
  for (std::size_t i = 1; i <= threads; ++i) threads_.push_back(std::make_unique<IoThread>(fmt::format("cameras-{}", i)));
}

Cameras::~Cameras() {
  begin_stop();
  finish_stop(Duration::zero());
}

Cameras::Change Cameras::apply(const std::vector<config::Camera>& wanted, std::optional<Duration> since) {
  const std::scoped_lock lock(mutex_);
  Change change;
  std::vector<std::string> gone;
  for (const auto& [name, running] : running_) {
    const auto match = std::find_if(wanted.begin(), wanted.end(), [&](const auto& camera) { return same(camera, running.settings); });
    if (match == wanted.end()) gone.push_back(name);
  }
  for (const auto& name : gone) stop_locked(name);
  change.stopped = gone.size();
  change.kept = running_.size();
  for (const auto& settings : wanted) {
    if (running_.contains(settings.name)) continue;
    start(settings, since);
    ++change.started;
  }
  return change;
}

void Cameras::start(const config::Camera& settings, std::optional<Duration> since) {
  auto& io = threads_[next_thread_++ % threads_.size()]->io();
  auto camera = std::make_unique<ingest::Camera>(io, settings, ingest::Camera::Options{}, recorder_, clock_);
  boost::asio::post(io, [raw = camera.get(), since] { raw->start(since); });
  running_.emplace(settings.name, Running{settings, std::move(camera)});
}

void Cameras::stop_locked(const std::string& name) {
  const auto found = running_.find(name);
  found->second.camera->stop();
  ended_.push_back(std::move(found->second.camera));
  running_.erase(found);
}

std::vector<ingest::CameraStatus> Cameras::status() const {
  const std::scoped_lock lock(mutex_);
  std::vector<ingest::CameraStatus> all;
  all.reserve(running_.size());
  for (const auto& [name, running] : running_) all.push_back(running.camera->status());
  return all;
}

bool Cameras::check_alive() {
  bool alive = true;
  for (const auto& thread : threads_) alive = thread->check_alive() && alive;
  return alive;
}

void Cameras::begin_stop() {
  const std::scoped_lock lock(mutex_);
  while (!running_.empty()) stop_locked(running_.begin()->first);
}

bool Cameras::finish_stop(Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  bool clean = true;
  for (const auto& thread : threads_) {
    const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
    clean = thread->finish(std::max(left, Duration::zero())) && clean;
  }
  return clean;
}

}  // namespace tenure::daemon
