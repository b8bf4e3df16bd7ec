// AAC over RTP (RFC 3640, mpeg4-generic): one or several frames a packet, or one frame over several packets. Frames out
// of order (index deltas) are not read. A frame is at most 64 KiB, and given whole or not at all: what was lost shows as
// a step of rtp_time.
#pragma once
#include "ingest/rtsp/depacketiser.h"

namespace tenure::ingest::rtsp {

class DepacketiserAac : public Depacketiser {
 public:
  DepacketiserAac(const TrackPlan& plan, UnitSink sink) : info_(plan.info), packing_(plan.aac), sink_(std::move(sink)) {}
  void take(const RtpPacket& packet, const Placement& placement, Instant arrived) override;

 private:
  // The sizes of the frames that the header section announces; empty when it is malformed.
  std::vector<std::size_t> frame_sizes(View headers, std::size_t bits) const;
  void piece_of(std::size_t whole, View piece, const Placement& placement, Instant arrived);
  void give(View frame, std::int64_t time, Instant arrived);

  StreamInfo info_;
  AacPacking packing_;
  UnitSink sink_;
  Blob partial_;
  std::int64_t partial_time_ = 0;
};

}  // namespace tenure::ingest::rtsp
