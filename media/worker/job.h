// What tenure-worker is told to do, as plain structs and as the bytes that go through its job descriptor. The daemon
// works out everything that needs time or a plan; the worker only follows a table. Pure.
#pragma once
#include <string>
#include <variant>

#include "base/bytes.h"

namespace tenure::worker {

// The descriptors a worker is started with; it closes every other.
inline constexpr int kInput = 3;    // media bytes, read to their end
inline constexpr int kOutput = 4;   // fragmented MP4, or interleaved signed 16-bit samples
inline constexpr int kJob = 5;      // encode_job()
inline constexpr int kStatus = 6;   // JSON, one a line: {"progress": 0..1}, {"done": {...}}, {"error": "...", "kind": "..."}

struct PixelBox {
  std::uint16_t x = 0, y = 0, width = 0, height = 0;  // even numbers
  bool operator==(const PixelBox&) const = default;
};

struct FrameJob {
  std::int64_t pts = 0;          // in the input's timescale
  std::uint32_t duration = 0;
  bool show = false;             // false: decoded because others need it, then dropped
  std::vector<PixelBox> boxes;
  bool operator==(const FrameJob&) const = default;
};

struct VideoJob {
  bool cover = false;            // true: hide the boxes; false: show only the boxes
  std::uint32_t timescale = 90'000;
  std::uint16_t width = 0, height = 0;
  std::vector<FrameJob> frames;  // every picture of the input, in decode order
  bool operator==(const VideoJob&) const = default;
};

enum class Channels : std::uint8_t { all = 0, left = 1, right = 2 };

struct MuteJob {
  std::int64_t from_ms = 0, to_ms = 0;
  Channels channels = Channels::all;
  bool operator==(const MuteJob&) const = default;
};

struct AudioJob {
  std::string container;         // "wav" or "mp3"
  std::vector<MuteJob> mutes;
  bool operator==(const AudioJob&) const = default;
};

using Job = std::variant<VideoJob, AudioJob>;

Blob encode_job(const Job& job);
// Throws Error{internal} when the bytes are no job.
Job decode_job(View bytes);

}  // namespace tenure::worker
