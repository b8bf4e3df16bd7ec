// One stream's RTP and RTCP packets. The first byte chooses the codec, the second how AAC is packed; then each packet has
// one byte (odd: RTCP), two bytes of length, and that many bytes, or what is left.
#include <cstdlib>

#include "ingest/rtsp/depacketiser.h"
#include "ingest/rtsp/rtcp.h"

namespace {
using namespace tenure;
using namespace tenure::ingest;
using namespace tenure::ingest::rtsp;

void must(bool promised) {
  if (!promised) std::abort();
}

TrackPlan plan_of(std::uint8_t codec, std::uint8_t packing) {
  constexpr media::Codec kCodecs[] = {media::Codec::h264, media::Codec::h265, media::Codec::aac, media::Codec::alaw,
                                      media::Codec::ulaw};
  TrackPlan plan;
  plan.info.codec = kCodecs[codec % 5];
  if (packing & 1) plan.aac = {6, 2, 2, 1024};  // AAC-lbr
  if (packing & 2) plan.aac = {24, 0, 24, 0};
  return plan;
}

// Nothing comes out that did not go in: two bytes of each NAL unit may be a rebuilt header.
class Stream {
 public:
  Stream(std::uint8_t codec, std::uint8_t packing)
      : timeline_(90'000), depacketiser_(make_depacketiser(plan_of(codec, packing), [this](AccessUnit unit) { give(unit); })) {}

  void take(View bytes) {
    const auto packet = parse_rtp(bytes);
    if (!packet) return;
    must(packet->payload.size() + 12 <= bytes.size());
    in_ += packet->payload.size();
    arrived_ += Millis(10);
    const auto placement = timeline_.place(*packet, arrived_);
    if (!placement.drop) depacketiser_->take(*packet, placement, Instant(arrived_));
  }

 private:
  void give(const AccessUnit& unit) {
    std::size_t size = unit.data.size();
    must(size <= (128 << 10) && unit.nals.size() <= kMaxNals);
    for (const auto& nal : unit.nals) {
      must(!nal.empty() && nal.size() <= kMaxNal);
      size += nal.size();
      out_ += nal.size() > 2 ? nal.size() - 2 : 0;
    }
    out_ += unit.data.size();
    must(size > 0 && size <= kMaxUnit && out_ <= in_);
  }

  std::size_t in_ = 0, out_ = 0;
  Duration arrived_{};
  Timeline timeline_;
  std::unique_ptr<Depacketiser> depacketiser_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader reader(View(data, size));
  const auto codec = reader.u8();
  Stream stream(codec, reader.u8());
  while (reader.left() > 3) {
    const auto kind = reader.u8();
    const std::size_t length = reader.u16();
    const auto packet = reader.take(std::min(length, reader.left()));
    if (kind & 1) parse_rtcp(packet);
    else stream.take(packet);
  }
  return 0;
}
