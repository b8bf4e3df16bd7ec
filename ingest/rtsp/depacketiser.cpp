#include "ingest/rtsp/depacketiser.h"

#include "ingest/rtsp/depacketiser_aac.h"
#include "ingest/rtsp/depacketiser_g711.h"
#include "ingest/rtsp/depacketiser_video.h"

namespace tenure::ingest::rtsp {

std::unique_ptr<Depacketiser> make_depacketiser(const TrackPlan& plan, UnitSink sink) {
  switch (plan.info.codec) {
    case media::Codec::h264:
    case media::Codec::h265: return std::make_unique<DepacketiserVideo>(plan.info, std::move(sink));
    case media::Codec::aac: return std::make_unique<DepacketiserAac>(plan, std::move(sink));
    case media::Codec::alaw:
    case media::Codec::ulaw: break;
  }
  return std::make_unique<DepacketiserG711>(plan.info, std::move(sink));
}

}  // namespace tenure::ingest::rtsp
