#include "storage/recording/recording.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kMostLeft = 10'000;  // what is beyond waits for the next start
}

// The key's slot and the file are made at the first fragment: a segment that never got a byte leaves no trace.
void RecordingShelf::begin(Recording& recording) {
  SegmentRow row;
  row.id = recording.id;
  row.source = recording.source;
  row.cls = recording.cls;
  row.span = {recording.start, recording.start};
  row.vault = vaults_.choose(recording.cls);
  ask_guard(row.vault, row.source);
  row.state = State::reserved;
  row.run = recording.run;
  row.line = recording.line;
  row.time_doubtful = recording.line.has_value();
  SlotKey made = keys_.reserve(recording.id);
  row.slot = made.slot;
  recording.row = row;
  SealedHeader header{recording.id, made.slot, Kind::camera, recording.source, recording.cls, recording.start, recording.run, {}};
  try {
    recording.writer = std::make_unique<SealedWriter>(vaults_.create(row.vault, row.cls, row.source, recording.start, recording.id),
                                                      std::move(header), made.key);
  } catch (...) {
    wipe(made.key);
    abandon(recording);
    throw;
  }
  wipe(made.key);
  {
    auto counters = counters_.lock();
    ++counters->syncs;
    ++counters->writes;
  }
  commits_.reserve(std::move(row));
}

void RecordingShelf::ask_guard(const std::string& vault, const std::string& source) const {
  if (!guard_) return;
  if (const auto why = guard_(vault, source); !why.empty()) throw Error(ErrorKind::unavailable, why);
}

// It is not touched any more: nothing is assumed of a file whose write or sync failed, and recovery reads it anew.
void RecordingShelf::leave(Recording& recording) {
  recording.writer.reset();
  auto left = left_.lock();
  if (left->size() < kMostLeft) left->push_back(recording.row);
}

// Nothing of it is worth keeping: file, key and reservation go. Failures here are left to recovery.
void RecordingShelf::abandon(Recording& recording) {
  recording.writer.reset();
  try {
    keys_.erase(recording.row.slot);  // first: it can be done even when the folder cannot be reached
    const auto path = vaults_.path_of(recording.row);
    if (remove_file(path)) sync_directory(path.parent_path());
  } catch (const std::exception& error) {
    log_warning("event=segment-not-removed segment={} cause=\"{}\"", recording.id.text(), error.what());
    return leave(recording);
  }
  commits_.drop(recording.id);
}

void RecordingShelf::fail(Recording& recording, const std::string& cause) {
  recording.failed = true;
  ++counters_.lock()->failed;
  log_error("event=segment-failed source={} segment={} cause=\"{}\"", recording.source, recording.id.text(), cause);
  const Failure tell = *failure_.lock();
  if (tell) tell(recording.source, cause);
}

void RecordingShelf::mark_changed(const std::shared_ptr<Recording>& recording) {
  if (!std::exchange(recording->changed, true)) changed_.push_back(recording);
}

void RecordingShelf::append(const std::shared_ptr<Recording>& recording, const Fragment& fragment) {
  if (recording->failed || recording->finished) return;
  try {
    if (!recording->writer) begin(*recording);
    else ask_guard(recording->row.vault, recording->source);
    recording->writer->append(fragment);
  } catch (const std::exception& error) {
    fail(*recording, error.what());
    // What was whole before can still be kept, and its footer is small: often it fits when the fragment did not.
    finish(recording, std::nullopt, std::nullopt);
    return;
  }
  if (fragment.kind != FragmentKind::init) {
    if (!recording->recorded) recording->recorded = fragment.span;
    recording->recorded->to = std::max(recording->recorded->to, fragment.span.to);
  }
  mark_changed(recording);
  auto counters = counters_.lock();
  ++counters->fragments;
  ++counters->writes;
  counters->bytes += fragment.bytes.size();
}

void RecordingShelf::finish(const std::shared_ptr<Recording>& recording, std::optional<Interval> span, std::optional<Duration> clock_offset) {
  if (std::exchange(recording->finished, true) || !recording->writer) return;
  if (!recording->recorded) return abandon(*recording);
  try {
    seal_footer(*recording, recording->failed ? *recording->recorded : span.value_or(*recording->recorded), clock_offset);
    mark_changed(recording);
  } catch (const std::exception& error) {
    leave(*recording);
    if (!recording->failed) fail(*recording, error.what());
  }
}

void RecordingShelf::seal_footer(Recording& recording, Interval span, std::optional<Duration> clock_offset) {
  span.from = recording.start;  // the file's folder follows from it
  const SealedFooter footer = recording.writer->finish(span, {}, clock_offset);
  recording.row.span = span;
  recording.row.digest = footer.root;
  recording.row.bytes = recording.writer->size();
  recording.row.plain_bytes = recording.writer->plain_size();
  recording.row.clock_offset = clock_offset;
  recording.row.state = State::live;
  ++counters_.lock()->writes;
}

bool RecordingShelf::sync_keys() {
  try {
    keys_.sync();
    return true;
  } catch (const std::exception& error) {
    log_error("event=key-slots-not-synced cause=\"{}\"", error.what());
    return false;
  }
}

void RecordingShelf::sync_file(Recording& recording) {
  try {
    recording.writer->file().sync_data();
    ++counters_.lock()->syncs;
  } catch (const std::exception& error) {
    leave(recording);
    recording.finished = true;
    if (!recording.failed) fail(recording, error.what());
    return;
  }
  if (!recording.finished) return;
  commits_.commit(recording.row);
  recording.writer.reset();
  ++counters_.lock()->segments;
}

void RecordingShelf::sync_all() {
  const auto batch = std::exchange(changed_, {});
  if (batch.empty()) return;
  // Starts all the writing at once, so that the syncs that follow one another mostly find it done.
  for (const auto& recording : batch)
    if (recording->writer) static_cast<void>(::sync_file_range(recording->writer->file().descriptor(), 0, 0, SYNC_FILE_RANGE_WRITE));
  const bool keys_durable = sync_keys();
  for (const auto& recording : batch) {
    recording->changed = false;
    if (!recording->writer) continue;
    recording->key_synced |= keys_durable;
    if (recording->key_synced) {
      sync_file(*recording);
      continue;
    }
    leave(*recording);
    recording->finished = true;
    if (!recording->failed) fail(*recording, "its key could not be made durable");
  }
}

}  // namespace tenure::storage
