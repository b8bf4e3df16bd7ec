#include "media/movie_fragment.h"

#include <algorithm>

#include "media/boxes.h"

namespace tenure::media {
namespace {

constexpr std::uint32_t kNotSync = 0x1'0000;
constexpr std::int64_t kLatestTime = std::int64_t{1} << 60;

namespace tfhd_flag {
constexpr std::uint32_t kBase = 0x1, kDescription = 0x2, kDuration = 0x8, kSize = 0x10, kFlags = 0x20, kMoofBase = 0x20000;
}
namespace trun_flag {
constexpr std::uint32_t kDataOffset = 0x1, kFirstFlags = 0x4, kDuration = 0x100, kSize = 0x200, kFlags = 0x400,
                        kShift = 0x800;
}

}  // namespace

struct FragmentReader::Run {
  std::size_t track = 0;
  std::uint64_t base = 0;
  std::uint64_t at = 0;  // of the next sample's bytes
  std::uint32_t duration = 0, size = 0, flags = 0;
  std::int64_t decode = 0;
  std::vector<MovieSample>* samples = nullptr;
  std::uint64_t end = 0;
  bool too_much = false;
};

FragmentReader::FragmentReader(std::vector<TrackHeader> tracks, std::uint64_t bytes)
    : tracks_(std::move(tracks)), next_decode_(tracks_.size()), bytes_left_(bytes) {}

FragmentReader::Found FragmentReader::read(View moof, std::uint64_t offset) {
  Found found;
  found.samples.resize(tracks_.size());
  std::uint64_t data_end = offset;  // without a base of its own, a later traf's data follow the earlier one's
  BoxWalk walk(moof);
  while (const auto box = walk.next()) {
    if (box->type == fourcc("traf") && !found.too_much) read_traf(box->body, offset, data_end, found);
  }
  return found;
}

void FragmentReader::read_traf(View traf, std::uint64_t offset, std::uint64_t& data_end, Found& found) {
  ByteReader in(need_box(traf, fourcc("tfhd"), fourcc("traf")).body);
  const std::uint32_t flags = in.u32() & 0xFF'FFFF, id = in.u32();
  const auto track = std::ranges::find(tracks_, id, &TrackHeader::id);
  if (track == tracks_.end()) throw corrupt_box(fourcc("tfhd"), "names a track that the movie does not have");
  Run run;
  run.track = static_cast<std::size_t>(track - tracks_.begin());
  run.base = (flags & tfhd_flag::kMoofBase) != 0 ? offset : data_end;
  if ((flags & tfhd_flag::kBase) != 0) run.base = in.u64();
  if ((flags & tfhd_flag::kDescription) != 0) in.u32();
  run.duration = (flags & tfhd_flag::kDuration) != 0 ? in.u32() : track->default_duration;
  run.size = (flags & tfhd_flag::kSize) != 0 ? in.u32() : track->default_size;
  run.flags = (flags & tfhd_flag::kFlags) != 0 ? in.u32() : track->default_flags;
  if (in.failed()) throw corrupt_box(fourcc("tfhd"), "is cut off");
  run.at = run.base;
  run.decode = next_decode_[run.track];
  run.samples = &found.samples[run.track];
  if (const auto tfdt = find_box(traf, fourcc("tfdt"))) {
    ByteReader time(tfdt->body);
    const std::uint64_t decode = time.u32() >> 24 == 1 ? time.u64() : time.u32();
    if (time.failed() || decode > static_cast<std::uint64_t>(kLatestTime)) {
      throw corrupt_box(fourcc("tfdt"), "holds no possible time");
    }
    run.decode = static_cast<std::int64_t>(decode);
  }
  BoxWalk walk(traf);
  while (const auto box = walk.next()) {
    if (box->type == fourcc("trun") && !run.too_much) read_trun(box->body, run);
  }
  next_decode_[run.track] = run.decode;
  data_end = std::max(data_end, run.at);
  found.end = std::max(found.end, run.end);
  found.too_much = run.too_much;
}

void FragmentReader::read_trun(View trun, Run& run) {
  ByteReader in(trun);
  const std::uint32_t head = in.u32(), flags = head & 0xFF'FFFF, count = in.u32();
  const bool signed_shift = head >> 24 != 0;
  if ((flags & trun_flag::kDataOffset) != 0) {
    const auto shift = static_cast<std::int32_t>(in.u32());
    run.at = run.base + static_cast<std::uint64_t>(std::int64_t{shift});  // modulo 2^64; add_sample checks
  }
  std::uint32_t first_flags = run.flags;
  if ((flags & trun_flag::kFirstFlags) != 0) first_flags = in.u32();
  std::size_t fields = 0;
  for (const std::uint32_t flag : {trun_flag::kDuration, trun_flag::kSize, trun_flag::kFlags, trun_flag::kShift}) {
    if ((flags & flag) != 0) ++fields;
  }
  if (in.failed() || std::uint64_t{count} * fields * 4 > in.left()) throw corrupt_box(fourcc("trun"), "is cut off");
  if (fields == 0 && count > 0 && run.size == 0) throw corrupt_box(fourcc("trun"), "has samples without a size");
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t duration = (flags & trun_flag::kDuration) != 0 ? in.u32() : run.duration;
    const std::uint32_t size = (flags & trun_flag::kSize) != 0 ? in.u32() : run.size;
    std::uint32_t sample_flags = i == 0 ? first_flags : run.flags;
    if ((flags & trun_flag::kFlags) != 0) sample_flags = in.u32();
    std::int64_t shift = 0;
    if ((flags & trun_flag::kShift) != 0) {
      const std::uint32_t value = in.u32();
      shift = signed_shift ? std::int64_t{static_cast<std::int32_t>(value)} : std::int64_t{value};
    }
    if (!add_sample(run, duration, size, sample_flags, shift)) return;
  }
}

bool FragmentReader::add_sample(Run& run, std::uint32_t duration, std::uint32_t size, std::uint32_t flags,
                                std::int64_t shift) {
  if (size > bytes_left_) {
    run.too_much = true;
    return false;
  }
  if (samples_left_ == 0) throw corrupt_box(fourcc("moof"), "goes beyond twenty million samples");
  if (run.at > (std::uint64_t{1} << 62)) throw corrupt_box(fourcc("trun"), "points outside the file");
  bytes_left_ -= size;
  --samples_left_;
  run.samples->push_back({run.at, size, run.decode, run.decode + shift, duration, (flags & kNotSync) == 0});
  run.at += size;
  run.end = std::max(run.end, run.at);
  run.decode += duration;
  return true;
}

}  // namespace tenure::media
