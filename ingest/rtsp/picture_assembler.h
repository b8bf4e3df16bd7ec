// Collects NAL units into pictures. A picture ends at the marker bit, at a new timestamp, or before an access unit
// delimiter; parameter sets and SEI that come alone wait for their picture. What was lost marks the picture `damaged`.
// NAL units are copied once, byte for byte. Bounded: 8 MiB a NAL unit, 16 MiB and 4096 NAL units a picture.
#pragma once
#include <array>
#include <functional>

#include "ingest/access_unit.h"
#include "ingest/rtsp/rtp.h"

namespace tenure::ingest::rtsp {

using UnitSink = std::function<void(AccessUnit)>;

inline constexpr std::size_t kMaxNal = 8 << 20, kMaxUnit = 16 << 20, kMaxNals = 4096;

class PictureAssembler {
 public:
  PictureAssembler(media::Codec codec, std::uint32_t clock_rate, UnitSink sink);
  // Each packet: begin_packet, any of the others, end_packet.
  void begin_packet(const Placement& placement, Instant arrived);
  void end_packet(bool marker);
  void add(View nal);
  // A NAL unit that comes in pieces: `header` is its rebuilt NAL header.
  void begin_fragmented(View header, View piece);
  void append(View piece);
  void end_fragmented();
  void damage();

 private:
  void keep(Blob nal);
  void flush();
  void start(const Placement& placement, Instant arrived);
  void drop_fragmented();

  UnitSink sink_;
  AccessUnit unit_;
  std::size_t bytes_ = 0;
  bool has_slice_ = false, open_ = false;
  Blob fragmented_;
  std::size_t hint_slot_ = 0;
  std::array<std::size_t, 64> hints_{};  // the last size of each NAL type, so that the next is allocated once
};

}  // namespace tenure::ingest::rtsp
