// Sample entries: what a track's codec, size and set-up look like inside stsd.
#pragma once
#include "media/boxes.h"
#include "media/track.h"

namespace tenure::media {

enum class EntryStyle {
  fragmented,  // hev1: parameter sets are kept in the samples, byte for byte
  ordinary,    // hvc1: Apple's players refuse hev1, and the sets in the samples only repeat those of the entry
};

// One entry, without the stsd around it.
void write_sample_entry(ByteWriter& out, const Track& track, EntryStyle style);

// Fills codec, size, rate, channels and config from stsd's body (after its version and flags). False when the codec is
// none of ours; throws Error{corrupt} when it is one and its record is damaged.
bool read_sample_entry(View stsd, Track& track);

}  // namespace tenure::media
