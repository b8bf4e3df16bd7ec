// The parameter sets that apply now: those of the SDP, replaced kind by kind by what the camera sends with its pictures.
#pragma once
#include "ingest/access_unit.h"

namespace tenure::ingest {

class InBandSets {
 public:
  InBandSets() = default;
  explicit InBandSets(media::ParameterSets from_sdp) : sets_(std::move(from_sdp)) {}
  // Takes the sets carried by a picture. True when something changed.
  bool update(media::Codec codec, const std::vector<Blob>& nals);
  const media::ParameterSets& sets() const { return sets_; }

 private:
  media::ParameterSets sets_;
};

}  // namespace tenure::ingest
