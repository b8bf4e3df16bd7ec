#include "storage/recording/recorder.h"

#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "storage/recording/recording.h"

namespace tenure::storage {

namespace {

// Tasks, not bytes: the bytes are bounded by Options::queue_bytes; this only keeps tiny fragments from piling up.
constexpr std::size_t kMostTasks = 1 << 20;

}  // namespace

struct Recorder::State {
  State(Options given, const Clock& clock_, Vaults& vaults, KeySlots& keys, Catalogue* catalogue)
      : options(given), clock(clock_), commits(catalogue), shelf(vaults, keys, commits), thread("store", kMostTasks) {}

  std::shared_ptr<Recording> find(const SegmentId& id) {
    auto found = open.lock();
    const auto at = found->find(id);
    return at == found->end() ? nullptr : at->second;
  }
  bool take_room(std::size_t bytes);
  void close(const std::shared_ptr<Recording>& recording, std::optional<Interval> span, std::optional<Duration> clock_offset);

  const Options options;
  const Clock& clock;
  CommitQueue commits;
  RecordingShelf shelf;  // used on the store thread only
  Synchronized<std::unordered_map<SegmentId, std::shared_ptr<Recording>, IdHash>> open;
  std::atomic<std::uint64_t> queued{0}, refused{0};
  std::atomic<bool> stopped{false};
  WorkerThread thread;   // last: stops first
};

bool Recorder::State::take_room(std::size_t bytes) {
  if (queued.fetch_add(bytes) + bytes <= options.queue_bytes) return true;
  queued -= bytes;
  return false;
}

void Recorder::State::close(const std::shared_ptr<Recording>& recording, std::optional<Interval> span, std::optional<Duration> clock_offset) {
  if (!thread.post([this, recording, span, clock_offset] { shelf.finish(recording, span, clock_offset); }))
    log_error("event=close-refused segment={} remedy=\"recovery salvages it\"", recording->id.text());
}

Recorder::Recorder(Options options, const Clock& clock, Vaults& vaults, KeySlots& keys, Catalogue& catalogue)
    : state_(std::make_unique<State>(options, clock, vaults, keys, &catalogue)) {
  start();
}

Recorder::Recorder(Options options, const Clock& clock, Vaults& vaults, KeySlots& keys)
    : state_(std::make_unique<State>(options, clock, vaults, keys, nullptr)) {
  start();
}

void Recorder::start() {
  state_->thread.set_tick(state_->options.sync_interval, [state = state_.get()] { state->shelf.sync_all(); });
}

Recorder::~Recorder() { stop(); }

SegmentId Recorder::open(const std::string& source, const std::string& cls, Instant start, std::uint32_t run) {
  auto recording = std::make_shared<Recording>();
  const auto now = state_->clock.trusted();
  recording->id = SegmentId::make(now.best());
  recording->line = now.line;
  recording->source = source;
  recording->cls = cls;
  recording->start = start;
  recording->run = run;
  state_->open.lock()->emplace(recording->id, recording);
  return recording->id;
}

bool Recorder::append(const SegmentId& id, Fragment fragment) {
  const auto recording = state_->find(id);
  if (!recording || recording->failed) return false;
  const std::size_t bytes = fragment.bytes.size();
  if (!state_->take_room(bytes)) {
    ++state_->refused;
    return false;
  }
  auto moved = std::make_shared<Fragment>(std::move(fragment));
  const bool posted = state_->thread.post([state = state_.get(), recording, moved, bytes] {
    state->shelf.append(recording, *moved);
    state->queued -= bytes;
  });
  if (posted) return true;
  state_->queued -= bytes;
  ++state_->refused;
  return false;
}

void Recorder::close(const SegmentId& id, Interval span, std::optional<Duration> clock_offset) {
  const auto recording = state_->find(id);
  if (!recording) return;
  state_->open.lock()->erase(id);
  state_->close(recording, span, clock_offset);
}

void Recorder::gap(const std::string& source, Interval span, const std::string& cause) { state_->commits.gap({source, span, cause, state_->clock.trusted().line}); }

void Recorder::on_failure(std::function<void(const std::string&, const std::string&)> callback) {
  state_->shelf.on_failure(std::move(callback));
}

void Recorder::set_guard(std::function<std::string(const std::string&, const std::string&)> guard) { state_->shelf.set_guard(std::move(guard)); }

RecorderCounters Recorder::counters() const {
  RecorderCounters counters = state_->shelf.counters();
  counters.refused = state_->refused;
  counters.queued = state_->queued;
  counters.uncommitted = state_->commits.waiting();
  return counters;
}

std::vector<SegmentRow> Recorder::take_failed() { return state_->shelf.take_failed(); }

std::vector<Gap> Recorder::kept_gaps() const { return state_->commits.kept_gaps(); }

void Recorder::flush() {
  state_->thread.run([this] { state_->shelf.sync_all(); });
  state_->commits.flush();
}

void Recorder::stop() {
  if (state_->stopped.exchange(true)) return;
  const auto left = std::exchange(*state_->open.lock(), {});
  for (const auto& [id, recording] : left) state_->close(recording, std::nullopt, std::nullopt);
  state_->thread.stop();  // its last tick is the last group sync
  state_->commits.stop();
}

}  // namespace tenure::storage
