#include <algorithm>

#include "media/boxes.h"
#include "media/decode_times.h"
#include "media/fmp4_writer.h"

namespace tenure::media {
namespace {

constexpr std::uint32_t kKeyFlags = 0x0200'0000;    // depends on nothing
constexpr std::uint32_t kOtherFlags = 0x0101'0000;  // depends on others, not a sync sample
constexpr std::uint32_t kDataOffset = 0x1, kDurations = 0x100, kSizes = 0x200, kFlags = 0x400, kOffsets = 0x800;

struct Planned {
  const TrackSamples* track;
  DecodeTimes times;
  std::size_t data_offset_at = 0;  // of trun's data_offset, patched when moof's size is known
  bool sound() const { return track->track > 0; }
};

Planned plan(const TrackSamples& track) {
  std::vector<std::int64_t> shown;
  shown.reserve(track.samples.size());
  for (const Sample& sample : track.samples) shown.push_back(sample.pts);
  const bool reorders = track.track == 0 && !std::ranges::all_of(track.samples, &Sample::key);
  return {&track, decode_times(shown, reorders, std::max<std::int64_t>(track.earliest_decode, 0)), 0};
}

std::uint32_t duration_of(const Planned& planned, std::size_t i) {
  const auto& decode = planned.times.decode;
  if (i + 1 < decode.size()) return static_cast<std::uint32_t>(decode[i + 1] - decode[i]);
  // The last one decoded lasts as long as the last one shown.
  const auto last = std::ranges::max_element(planned.track->samples, {}, &Sample::pts);
  return std::clamp<std::uint32_t>(last->duration, 1, static_cast<std::uint32_t>(kMaxStep));
}

void write_traf(ByteWriter& out, Planned& planned) {
  const auto& samples = planned.track->samples;
  const OpenBox traf(out, "traf");
  {
    const OpenBox tfhd(out, "tfhd", 0, 0x20000);  // default-base-is-moof
    out.u32(static_cast<std::uint32_t>(planned.track->track + 1));
  }
  {
    const OpenBox tfdt(out, "tfdt", 1, 0);
    out.u64(static_cast<std::uint64_t>(planned.times.decode.front()));
  }
  const bool offsets = std::ranges::any_of(planned.times.offset, [](std::int64_t offset) { return offset != 0; });
  const OpenBox trun(out, "trun", 1, kDataOffset | kDurations | kSizes | kFlags | (offsets ? kOffsets : 0));
  out.u32(static_cast<std::uint32_t>(samples.size()));
  planned.data_offset_at = out.size();
  out.u32(0);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    out.u32(duration_of(planned, i));
    out.u32(static_cast<std::uint32_t>(samples[i].data.size()));
    out.u32(samples[i].key || planned.sound() ? kKeyFlags : kOtherFlags);
    if (offsets) out.u32(static_cast<std::uint32_t>(static_cast<std::int32_t>(planned.times.offset[i])));
  }
}

void write_samples(ByteWriter& out, const Planned& planned, FragmentBytes& fragment) {
  out.patch_u32(planned.data_offset_at, static_cast<std::uint32_t>(out.size()));
  const auto& samples = planned.track->samples;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    fragment.extents.push_back({planned.track->track, static_cast<std::uint32_t>(out.size()),
                                static_cast<std::uint32_t>(samples[i].data.size()),
                                planned.times.decode[i] + planned.times.offset[i], duration_of(planned, i),
                                samples[i].key || planned.sound()});
    out.bytes(samples[i].data);
  }
}

}  // namespace

FragmentBytes make_fragment(std::uint32_t sequence, const std::vector<TrackSamples>& tracks) {
  std::vector<Planned> plans;
  FragmentBytes fragment;
  std::size_t payload = 0;
  for (const TrackSamples& track : tracks) {
    fragment.next_decode.push_back(track.earliest_decode);
    if (track.samples.empty()) continue;
    for (const Sample& sample : track.samples) payload += sample.data.size();
    plans.push_back(plan(track));
    fragment.next_decode.back() = plans.back().times.decode.back() + 1;
  }
  if (payload > 0x7000'0000) throw Error(ErrorKind::internal, "A fragment over 1.75 GiB cannot be written.");
  ByteWriter out;
  {
    const OpenBox moof(out, "moof");
    {
      const OpenBox mfhd(out, "mfhd", 0, 0);
      out.u32(sequence);
    }
    for (Planned& planned : plans) write_traf(out, planned);
  }
  {
    const OpenBox mdat(out, "mdat");
    for (const Planned& planned : plans) write_samples(out, planned, fragment);
  }
  fragment.bytes = out.take();
  return fragment;
}

}  // namespace tenure::media
