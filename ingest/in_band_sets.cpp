#include "ingest/in_band_sets.h"

#include <algorithm>

namespace tenure::ingest {

namespace {
constexpr std::size_t kMostSets = 32;  // of one kind; more is no camera
constexpr std::size_t kLargestSet = 4096;

void take(std::vector<Blob>& into, const Blob& nal) {
  if (into.size() >= kMostSets || nal.size() > kLargestSet) return;
  if (std::find(into.begin(), into.end(), nal) == into.end()) into.push_back(nal);
}

bool replace(std::vector<Blob>& old, std::vector<Blob>& fresh) {
  if (fresh.empty() || fresh == old) return false;
  old = std::move(fresh);
  return true;
}
}  // namespace

bool InBandSets::update(media::Codec codec, const std::vector<Blob>& nals) {
  media::ParameterSets fresh;
  for (const auto& nal : nals) {
    if (nal.empty() || nal.size() > kLargestSet) continue;
    switch (media::nal_kind(codec, nal)) {
      case media::NalKind::vps: take(fresh.vps, nal); break;
      case media::NalKind::sps: take(fresh.sps, nal); break;
      case media::NalKind::pps: take(fresh.pps, nal); break;
      default: break;
    }
  }
  const bool vps = replace(sets_.vps, fresh.vps);
  const bool sps = replace(sets_.sps, fresh.sps);
  const bool pps = replace(sets_.pps, fresh.pps);
  return vps || sps || pps;
}

}  // namespace tenure::ingest
