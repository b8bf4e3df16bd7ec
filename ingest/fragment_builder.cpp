#include "ingest/fragment_builder.h"

#include <algorithm>
#include <limits>

namespace tenure::ingest {

namespace {
std::uint32_t as_duration(std::int64_t ticks) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(ticks, 1, std::numeric_limits<std::int32_t>::max()));
}
}  // namespace

void FragmentBuilder::add_video(media::Sample sample) {
  lowest_ = video_.empty() ? sample.pts : std::min(lowest_, sample.pts);
  highest_ = video_.empty() ? sample.pts : std::max(highest_, sample.pts);
  bytes_ += sample.data.size();
  video_.push_back(std::move(sample));
}

void FragmentBuilder::add_audio(media::Sample sample) {
  bytes_ += sample.data.size();
  // Sound is laid end to end: a sample lasts until the next one, over what was not sent.
  if (!audio_.empty()) audio_.back().duration = as_duration(sample.pts - audio_.back().pts);
  audio_.push_back(std::move(sample));
}

std::int64_t FragmentBuilder::free_tick(std::int64_t pts) const {
  const auto taken = [&](const media::Sample& sample) { return sample.pts == pts; };
  while (std::any_of(video_.begin(), video_.end(), taken)) ++pts;
  return pts;
}

std::int64_t FragmentBuilder::mean_step() const {
  return video_.size() < 2 ? 0 : (highest_ - lowest_) / static_cast<std::int64_t>(video_.size() - 1);
}

void FragmentBuilder::set_durations(std::uint32_t last_duration, std::int64_t& last_end) {
  if (video_.empty()) return;
  std::vector<media::Sample*> shown;
  shown.reserve(video_.size());
  for (auto& sample : video_) shown.push_back(&sample);
  std::sort(shown.begin(), shown.end(), [](auto* a, auto* b) { return a->pts < b->pts; });
  for (std::size_t i = 0; i + 1 < shown.size(); ++i) shown[i]->duration = as_duration(shown[i + 1]->pts - shown[i]->pts);
  shown.back()->duration = std::max<std::uint32_t>(1, last_duration);
  last_end = shown.back()->pts + shown.back()->duration;
}

storage::Fragment FragmentBuilder::build(std::uint32_t sequence, std::uint32_t last_duration, std::int64_t& last_end) {
  set_durations(last_duration, last_end);
  storage::Fragment fragment;
  fragment.kind = storage::FragmentKind::media;
  fragment.key = !video_.empty() && video_.front().key;
  std::vector<media::TrackSamples> tracks(1);
  tracks[0].samples = std::move(video_);
  tracks[0].earliest_decode = decoded_[0];
  if (!audio_.empty()) tracks.push_back({1, std::move(audio_), decoded_[1]});
  auto made = media::make_fragment(sequence, tracks);
  std::copy(made.next_decode.begin(), made.next_decode.end(), decoded_.begin());
  fragment.bytes = std::move(made.bytes);
  fragment.leaves.reserve(made.extents.size());
  for (const auto& extent : made.extents)
    fragment.leaves.push_back({extent.offset, extent.size, static_cast<std::uint8_t>(extent.track), extent.key, extent.pts, extent.duration});
  video_.clear();
  audio_.clear();
  bytes_ = 0;
  return fragment;
}

storage::Fragment init_fragment(const std::vector<media::Track>& tracks, Instant at) {
  storage::Fragment fragment;
  fragment.kind = storage::FragmentKind::init;
  fragment.span = {at, at};
  fragment.bytes = media::make_init(tracks);
  const auto& bytes = fragment.bytes;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const auto& config = tracks[i].config;
    const auto found = std::search(bytes.begin(), bytes.end(), config.begin(), config.end());
    if (config.empty() || found == bytes.end()) continue;
    fragment.leaves.push_back({.offset = static_cast<std::uint32_t>(found - bytes.begin()),
                               .size = static_cast<std::uint32_t>(config.size()),
                               .track = static_cast<std::uint8_t>(i)});
  }
  return fragment;
}

Blob join_nals(const std::vector<Blob>& nals) {
  std::size_t size = 0;
  for (const auto& nal : nals) size += nal.empty() ? 0 : nal.size() + 4;
  Blob joined;
  joined.reserve(size);
  for (const auto& nal : nals) {
    if (nal.empty()) continue;
    for (int shift = 24; shift >= 0; shift -= 8) joined.push_back(static_cast<std::uint8_t>(nal.size() >> shift));
    joined.insert(joined.end(), nal.begin(), nal.end());
  }
  return joined;
}

}  // namespace tenure::ingest
