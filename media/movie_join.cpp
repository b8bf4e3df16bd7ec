#include <algorithm>

#include "media/movie.h"
#include "media/movie_layout.h"

namespace tenure::media {
namespace {

constexpr std::uint32_t kMovieScale = 1000;
constexpr std::size_t kMdatHeader = 16;

std::uint64_t movie_ticks(std::uint64_t ticks, std::uint32_t scale) {
  return ticks / scale * kMovieScale + ticks % scale * kMovieScale / scale;
}

std::uint64_t delay_of(const PlacedTrack& track) {
  return movie_ticks(static_cast<std::uint64_t>(track.delay), track.track.timescale);
}

std::uint64_t end_of(const PlacedTrack& track) {
  return delay_of(track) + movie_ticks(track.length(), track.track.timescale);
}

void write_ftyp(ByteWriter& out, bool quicktime) {
  const OpenBox ftyp(out, "ftyp");
  out.text(quicktime ? "qt  " : "isom");
  out.u32(quicktime ? 0 : 0x200);
  if (quicktime) return out.text("qt  ");
  for (const char* brand : {"isom", "iso4", "mp42"}) out.text(brand);
}

void write_mvhd(ByteWriter& out, const std::vector<PlacedTrack>& tracks) {
  std::uint64_t end = 0;
  for (const PlacedTrack& track : tracks) end = std::max(end, end_of(track));
  const OpenBox mvhd(out, "mvhd", 1, 0);
  out.zeros(16);
  out.u32(kMovieScale);
  out.u64(end);
  out.u32(0x10000);
  out.u16(0x100);
  out.zeros(10);
  write_unity_matrix(out);
  out.zeros(24);
  out.u32(static_cast<std::uint32_t>(tracks.size() + 1));
}

void write_tkhd(ByteWriter& out, const PlacedTrack& track, std::uint32_t id) {
  const OpenBox tkhd(out, "tkhd", 1, 3);
  out.zeros(16);
  out.u32(id);
  out.zeros(4);
  out.u64(end_of(track));
  out.zeros(12);
  out.u16(is_video(track.track.codec) ? 0 : 0x100);
  out.u16(0);
  write_unity_matrix(out);
  out.u32(std::uint32_t{track.track.width} << 16);
  out.u32(std::uint32_t{track.track.height} << 16);
}

// Sound that begins after the picture needs an empty edit: nothing else can say so. It hides nothing.
void write_delay(ByteWriter& out, const PlacedTrack& track) {
  if (delay_of(track) == 0) return;
  const OpenBox edts(out, "edts");
  const OpenBox elst(out, "elst", 1, 0);
  out.u32(2);
  for (const bool empty : {true, false}) {
    out.u64(empty ? delay_of(track) : movie_ticks(track.length(), track.track.timescale));
    out.u64(empty ? ~std::uint64_t{0} : 0);
    out.u32(0x10000);
  }
}

void write_handler(ByteWriter& out, bool quicktime, bool video) {
  const OpenBox hdlr(out, "hdlr", 0, 0);
  out.u32(quicktime ? fourcc("mhlr") : 0);
  out.u32(video ? fourcc("vide") : fourcc("soun"));
  out.zeros(13);
}

void write_media(ByteWriter& out, const PlacedTrack& track, bool quicktime, bool wide) {
  const bool video = is_video(track.track.codec);
  const OpenBox mdia(out, "mdia");
  {
    const OpenBox mdhd(out, "mdhd", 1, 0);
    out.zeros(16);
    out.u32(track.track.timescale);
    out.u64(track.length());
    out.u16(0x55C4);
    out.u16(0);
  }
  write_handler(out, quicktime, video);
  const OpenBox minf(out, "minf");
  if (video) {
    const OpenBox vmhd(out, "vmhd", 0, 1);
    out.zeros(8);
  } else {
    const OpenBox smhd(out, "smhd", 0, 0);
    out.zeros(4);
  }
  {
    const OpenBox dinf(out, "dinf");
    const OpenBox dref(out, "dref", 0, 0);
    out.u32(1);
    const OpenBox url(out, "url ", 0, 1);
  }
  write_sample_table(out, track, wide);
}

Blob make_head(const std::vector<PlacedTrack>& tracks, std::uint64_t payload, bool quicktime, bool wide) {
  ByteWriter out;
  write_ftyp(out, quicktime);
  {
    const OpenBox moov(out, "moov");
    write_mvhd(out, tracks);
    for (std::uint32_t id = 1; id <= tracks.size(); ++id) {
      const OpenBox trak(out, "trak");
      write_tkhd(out, tracks[id - 1], id);
      write_delay(out, tracks[id - 1]);
      write_media(out, tracks[id - 1], quicktime, wide);
    }
  }
  out.u32(1);
  out.text("mdat");
  out.u64(payload + kMdatHeader);
  return out.take();
}

struct NextChunk {
  PlacedTrack* track;
  Chunk* chunk;
  double time;
};

// All chunks by the time of their first sample: about a second of one track, then of the other.
std::vector<NextChunk> interleave(std::vector<PlacedTrack>& tracks) {
  std::vector<NextChunk> order;
  for (PlacedTrack& track : tracks) {
    for (Chunk& chunk : track.chunks) {
      order.push_back({&track, &chunk, static_cast<double>(track.samples[chunk.first].decode) / track.track.timescale});
    }
  }
  std::ranges::stable_sort(order, {}, &NextChunk::time);
  return order;
}

// Gives each chunk its place after the head and lists what is to be copied there; returns the media's size.
std::uint64_t place_chunks(std::vector<PlacedTrack>& tracks, std::vector<CopyRange>& ranges) {
  std::uint64_t at = 0;
  for (const NextChunk& next : interleave(tracks)) {
    next.chunk->at = at;
    for (std::size_t i = 0; i < next.chunk->count; ++i) {
      const PlacedSample& sample = next.track->samples[next.chunk->first + i];
      at += sample.size;
      if (!ranges.empty() && ranges.back().source == sample.source &&
          ranges.back().offset + ranges.back().size == sample.offset) {
        ranges.back().size += sample.size;
      } else if (sample.size > 0) {
        ranges.push_back({sample.source, sample.offset, sample.size});
      }
    }
  }
  return at;
}

}  // namespace

JoinedFile join(const std::vector<const Movie*>& movies) {
  std::vector<PlacedTrack> tracks = lay_out(movies);
  JoinedFile file;
  file.quicktime = std::ranges::any_of(tracks, [](const PlacedTrack& track) {
    return track.track.codec == Codec::alaw || track.track.codec == Codec::ulaw;
  });
  const std::uint64_t payload = place_chunks(tracks, file.ranges);
  // The head's size depends on the width of its offsets only, not on their values.
  std::uint64_t head = make_head(tracks, payload, file.quicktime, /*wide=*/false).size();
  const bool wide = head + payload > 0xFFFF'FFFF;
  if (wide) head = make_head(tracks, payload, file.quicktime, wide).size();
  for (PlacedTrack& track : tracks) {
    for (Chunk& chunk : track.chunks) chunk.at += head;
  }
  file.head = make_head(tracks, payload, file.quicktime, wide);
  file.size = file.head.size() + payload;
  return file;
}

}  // namespace tenure::media
