// Lays the samples of several movies of one run on one time line that begins at 0 with the first picture shown.
#pragma once
#include "media/sample_table.h"

namespace tenure::media {

// Throws Error{refused} when the tracks differ, the movies are out of order or there is no sample.
std::vector<PlacedTrack> lay_out(const std::vector<const Movie*>& movies);

}  // namespace tenure::media
