#include "ingest/rtsp/picture_assembler.h"

#include <algorithm>

namespace tenure::ingest::rtsp {

using media::NalKind;

namespace {
constexpr std::size_t kMaxHint = 512 << 10, kFirstHint = 16 << 10;
}

PictureAssembler::PictureAssembler(media::Codec codec, std::uint32_t clock_rate, UnitSink sink) : sink_(std::move(sink)) {
  unit_.codec = codec;
  unit_.clock_rate = clock_rate;
}

void PictureAssembler::begin_packet(const Placement& placement, Instant arrived) {
  if (unit_.nals.empty() && !open_) {
    start(placement, arrived);
  } else if (placement.time != unit_.rtp_time) {
    // With the end of this picture missing, both it and the beginning of the next are in doubt.
    if (placement.lost) damage();
    drop_fragmented();
    if (has_slice_) flush();
    start(placement, arrived);
  }
  if (placement.lost) {
    drop_fragmented();
    damage();
  }
}

void PictureAssembler::start(const Placement& placement, Instant arrived) {
  unit_.rtp_time = placement.time;
  unit_.arrived = arrived;
}

void PictureAssembler::end_packet(bool marker) {
  // Some cameras set the marker on parameter sets too: without a slice there is no picture yet.
  if (marker && has_slice_ && !open_) flush();
}

void PictureAssembler::add(View nal) {
  if (nal.empty()) return;
  drop_fragmented();
  if (nal.size() > kMaxNal) return damage();
  keep(Blob(nal.begin(), nal.end()));
}

void PictureAssembler::begin_fragmented(View header, View piece) {
  drop_fragmented();
  open_ = true;
  const bool h264 = unit_.codec == media::Codec::h264;
  hint_slot_ = h264 ? header[0] & 0x1fu : (header[0] >> 1) & 0x3fu;
  const auto hint = hints_[hint_slot_] == 0 ? kFirstHint : hints_[hint_slot_];
  fragmented_ = Blob();
  fragmented_.reserve(std::max(header.size() + piece.size(), hint));
  fragmented_.insert(fragmented_.end(), header.begin(), header.end());
  fragmented_.insert(fragmented_.end(), piece.begin(), piece.end());
}

void PictureAssembler::append(View piece) {
  if (!open_) return damage();  // its beginning was lost
  if (fragmented_.size() + piece.size() > kMaxNal) return drop_fragmented();
  fragmented_.insert(fragmented_.end(), piece.begin(), piece.end());
}

void PictureAssembler::end_fragmented() {
  if (!open_) return;
  open_ = false;
  hints_[hint_slot_] = std::min(fragmented_.size() + fragmented_.size() / 8, kMaxHint);
  keep(std::move(fragmented_));
  fragmented_ = Blob();
}

void PictureAssembler::drop_fragmented() {
  if (!open_) return;
  open_ = false;
  fragmented_ = Blob();
  damage();
}

void PictureAssembler::damage() { unit_.damaged = true; }

void PictureAssembler::keep(Blob nal) {
  const auto kind = media::nal_kind(unit_.codec, nal);
  if (kind == NalKind::delimiter && has_slice_) flush();
  if (unit_.nals.size() >= kMaxNals || bytes_ + nal.size() > kMaxUnit) {
    damage();
    if (has_slice_) return;
    unit_.nals.clear();  // only what came before a picture: were it kept, no picture would fit any more
    bytes_ = 0;
  }
  if (kind == NalKind::slice || kind == NalKind::key_slice) has_slice_ = true;
  if (kind == NalKind::key_slice) unit_.key = true;
  bytes_ += nal.size();
  unit_.nals.push_back(std::move(nal));
}

void PictureAssembler::flush() {
  AccessUnit done = std::move(unit_);
  unit_ = AccessUnit();
  unit_.codec = done.codec;
  unit_.clock_rate = done.clock_rate;
  unit_.rtp_time = done.rtp_time;  // a delimiter may begin the next picture within the same packet
  unit_.arrived = done.arrived;
  unit_.nals.reserve(8);
  bytes_ = 0;
  has_slice_ = false;
  sink_(std::move(done));
}

}  // namespace tenure::ingest::rtsp
