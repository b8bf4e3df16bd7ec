#include "storage/catalogue/commit_queue.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace {

constexpr std::size_t kMostWaiting = 100'000;  // over it, what is only tried once is no longer added
constexpr Duration kTick = Millis(100);
constexpr Duration kFirstBackOff = Millis(200), kLongestBackOff = Seconds(30);
constexpr std::size_t kMostGaps = 10'000;
constexpr int kFailuresInARow = 3;  // so many, and the catalogue is at fault, not the row

}  // namespace

CommitQueue::CommitQueue(Catalogue* catalogue) : catalogue_(catalogue), thread_("index", kMostWaiting) {
  if (catalogue_) thread_.set_tick(kTick, [this] { work(/*now=*/false); });
}

CommitQueue::~CommitQueue() { stop(); }

void CommitQueue::reserve(SegmentRow row) {
  add({"reserve " + row.id.text(), [row](Catalogue& catalogue) { catalogue.reserve_segment(row); }, /*retried=*/false});
}

void CommitQueue::drop(const SegmentId& id) {
  add({"drop " + id.text(), [id](Catalogue& catalogue) { catalogue.drop_reservation(id); }});
}

void CommitQueue::commit(SegmentRow row) {
  if (!catalogue_) ++waiting_.lock()->rows;
  add({"commit " + row.id.text(), [row](Catalogue& catalogue) { catalogue.commit_segment(row); }});
}

void CommitQueue::gap(Gap gap) {
  if (auto waiting = waiting_.lock(); !catalogue_ && waiting->gaps.size() < kMostGaps) waiting->gaps.push_back(gap);
  add({"gap of " + gap.source, [gap = std::move(gap)](Catalogue& catalogue) { catalogue.add_gap(gap); }});
}

void CommitQueue::add(Job job) {
  if (!catalogue_) return;
  {
    auto waiting = waiting_.lock();
    if (!job.retried && waiting->jobs.size() >= kMostWaiting) return;
    waiting->jobs.push_back(std::move(job));
  }
  // A refused wake-up is no loss: the tick looks too.
  static_cast<void>(thread_.post([this] { work(/*now=*/false); }));
}

bool CommitQueue::attempt(const Job& job) {
  try {
    job.act(*catalogue_);
    return true;
  } catch (const std::exception& error) {
    log_warning("event=catalogue-refused job=\"{}\" cause=\"{}\"", job.what, error.what());
    return !job.retried;
  }
}

// Goes through the queue once. A row that fails alone goes to the back, and does not keep the others waiting.
void CommitQueue::work(bool now) {
  std::size_t left = 0;
  {
    auto waiting = waiting_.lock();
    if (!now && std::chrono::steady_clock::now() < waiting->not_before) return;
    left = waiting->jobs.size();
  }
  int failures = 0;
  bool any_failed = false;
  for (; left > 0 && failures < kFailuresInARow; --left) {
    Job job;
    {
      auto waiting = waiting_.lock();
      job = waiting->jobs.front();  // stays counted while it is tried
    }
    const bool done = attempt(job);
    failures = done ? 0 : failures + 1;
    any_failed |= !done;
    auto waiting = waiting_.lock();
    waiting->jobs.pop_front();
    if (!done) waiting->jobs.push_back(std::move(job));
  }
  auto waiting = waiting_.lock();
  waiting->back_off = any_failed ? std::clamp(waiting->back_off * 2, kFirstBackOff, kLongestBackOff) : Duration::zero();
  waiting->not_before = std::chrono::steady_clock::now() + waiting->back_off;
}

void CommitQueue::flush() {
  thread_.run([this] { work(/*now=*/true); });
  const auto left = waiting();
  if (left > 0) throw Error(ErrorKind::unavailable, std::to_string(left) + " finished segments wait: the catalogue does not take them.");
}

void CommitQueue::stop() {
  if (waiting() > 0) thread_.run([this] { work(/*now=*/true); });
  thread_.stop();
  const auto left = waiting();
  if (left > 0) log_error("event=stopped-with-uncommitted rows={} remedy=\"recovery adopts them at the next start\"", left);
}

std::uint64_t CommitQueue::waiting() const {
  auto waiting = waiting_.lock();
  return waiting->jobs.size() + waiting->rows;
}

std::vector<Gap> CommitQueue::kept_gaps() const { return waiting_.lock()->gaps; }

}  // namespace tenure::storage
