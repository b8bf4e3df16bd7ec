// The pictures of the input, decoded, in order of presentation, each with its own line of the job. The input's packets
// must be exactly those of the job, in its order: a picture that cannot be matched is never shown.
#pragma once
#include <functional>
#include <unordered_map>

#include "media/worker/input.h"
#include "media/worker/job.h"

namespace tenure::worker {

class Pictures {
 public:
  explicit Pictures(const VideoJob& job);
  // Calls `each` for every picture to be shown. Returns how many there were.
  std::uint64_t for_each(const std::function<void(const AVFrame&, const FrameJob&)>& each);

 private:
  void match(const AVPacket& packet);
  void drain(const std::function<void(const AVFrame&, const FrameJob&)>& each);

  const VideoJob& job_;
  Input input_;
  CodecPtr decoder_;
  FramePtr frame_;
  std::unordered_map<std::int64_t, std::size_t> by_pts_;  // input's pts → line of the job
  std::size_t packets_ = 0;
  std::int64_t shift_ = 0;                                // input's pts minus the job's
  std::int64_t last_shown_ = INT64_MIN;
  std::uint64_t shown_ = 0;
};

}  // namespace tenure::worker
