// Writes fragmented MP4 (ISO/IEC 14496-12): an initialisation part, then self-contained moof+mdat fragments. Pure.
// Samples are given in decode order; decode times are the sorted presentation times of the fragment, composition
// offsets are signed (trun version 1), so pictures may be reordered inside a fragment.
#pragma once
#include "media/track.h"

namespace tenure::media {

// ftyp + moov for one video track and at most one audio track; track ids are 1, 2.
Blob make_init(const std::vector<Track>& tracks);

struct TrackSamples {
  std::size_t track = 0;         // index into the init's tracks
  std::vector<Sample> samples;   // decode order
  // No decode time lies below it: pass FragmentBytes::next_decode of the fragment before when fragments may be cut
  // between reordered pictures. Presentation is not changed by it.
  std::int64_t earliest_decode = 0;
};

struct SampleExtent {            // where a sample lies in the fragment's bytes
  std::size_t track = 0;
  std::uint32_t offset = 0, size = 0;
  std::int64_t pts = 0;
  std::uint32_t duration = 0;
  bool key = false;
};

struct FragmentBytes {
  Blob bytes;                    // moof + mdat
  std::vector<SampleExtent> extents;     // times as written: equal ones moved a tick apart
  std::vector<std::int64_t> next_decode;  // for each given track, one tick after its last decode time
};

// `sequence` counts from 1. Samples may be empty for a track.
FragmentBytes make_fragment(std::uint32_t sequence, const std::vector<TrackSamples>& tracks);

}  // namespace tenure::media
