// moov of a fragmented movie: its tracks and their fragments' defaults.
#pragma once
#include "media/track.h"

namespace tenure::media {

struct TrackHeader {
  std::uint32_t id = 0;
  bool known = false;  // a codec of ours; the samples of others are passed over
  Track track;
  std::uint32_t default_duration = 0, default_size = 0, default_flags = 0;
};

inline constexpr std::size_t kMaxTracks = 8;

// `moov` is the box's body. Throws Error{corrupt}.
std::vector<TrackHeader> read_movie_header(View moov);

}  // namespace tenure::media
