#include "media/movie_header.h"

#include "media/boxes.h"
#include "media/sample_entry.h"

namespace tenure::media {
namespace {

std::uint32_t read_id(View tkhd) {
  ByteReader in(tkhd);
  const std::uint8_t version = in.u8();
  in.skip(version == 1 ? 19 : 11);
  const std::uint32_t id = in.u32();
  if (in.failed() || id == 0) throw corrupt_box(fourcc("tkhd"), "has no track number");
  return id;
}

std::uint32_t read_timescale(View mdhd) {
  ByteReader in(mdhd);
  const std::uint8_t version = in.u8();
  in.skip(version == 1 ? 19 : 11);
  const std::uint32_t timescale = in.u32();
  if (in.failed() || timescale == 0) throw corrupt_box(fourcc("mdhd"), "has no time scale");
  return timescale;
}

TrackHeader read_track(View trak) {
  TrackHeader header;
  header.id = read_id(need_box(trak, fourcc("tkhd"), fourcc("trak")).body);
  const View mdia = need_box(trak, fourcc("mdia"), fourcc("trak")).body;
  const View minf = need_box(mdia, fourcc("minf"), fourcc("mdia")).body;
  const View stbl = need_box(minf, fourcc("stbl"), fourcc("minf")).body;
  const View stsd = need_box(stbl, fourcc("stsd"), fourcc("stbl")).body;
  if (stsd.size() < 4) throw corrupt_box(fourcc("stsd"), "is cut off");
  header.known = read_sample_entry(stsd.subspan(4), header.track);
  header.track.timescale = read_timescale(need_box(mdia, fourcc("mdhd"), fourcc("mdia")).body);
  return header;
}

void read_defaults(View trex, std::vector<TrackHeader>& tracks) {
  ByteReader in(trex);
  in.u32();
  const std::uint32_t id = in.u32();
  in.u32();
  const std::uint32_t duration = in.u32(), size = in.u32(), flags = in.u32();
  if (in.failed()) throw corrupt_box(fourcc("trex"), "is cut off");
  for (TrackHeader& track : tracks) {
    if (track.id != id) continue;
    track.default_duration = duration;
    track.default_size = size;
    track.default_flags = flags;
  }
}

}  // namespace

std::vector<TrackHeader> read_movie_header(View moov) {
  std::vector<TrackHeader> tracks;
  BoxWalk walk(moov);
  while (const auto box = walk.next()) {
    if (box->type != fourcc("trak")) continue;
    if (tracks.size() == kMaxTracks) throw corrupt_box(fourcc("moov"), "has more than eight tracks");
    tracks.push_back(read_track(box->body));
  }
  bool known = false;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    known = known || tracks[i].known;
    for (std::size_t j = 0; j < i; ++j) {
      if (tracks[i].id == tracks[j].id) throw corrupt_box(fourcc("tkhd"), "repeats a track number");
    }
  }
  if (!known) throw corrupt_box(fourcc("moov"), "has no track of H.264, H.265, AAC or G.711");
  BoxWalk extends(need_box(moov, fourcc("mvex"), fourcc("moov")).body);
  while (const auto box = extends.next()) {
    if (box->type == fourcc("trex")) read_defaults(box->body, tracks);
  }
  return tracks;
}

}  // namespace tenure::media
