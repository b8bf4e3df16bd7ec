#include <algorithm>

#include "media/boxes.h"
#include "media/movie.h"
#include "media/movie_fragment.h"

namespace tenure::media {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 64 << 20;  // of moov and all moof together
constexpr std::size_t kWindow = 4096;
constexpr std::size_t kMaxBoxes = 4'000'000;

// Reads small pieces through one window, so that a moof costs about one read and mdat none.
class Window {
 public:
  explicit Window(const ByteSource& source) : source_(source) {}
  std::uint64_t size() const { return source_.size; }
  // The caller keeps within size().
  void read(std::uint64_t offset, std::span<std::uint8_t> out) {
    if (out.size() > kWindow) return source_.read(offset, out);
    if (offset < start_ || offset + out.size() > start_ + held_.size()) {
      held_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, source_.size - offset)));
      start_ = offset;
      source_.read(offset, held_);
    }
    std::copy_n(held_.begin() + static_cast<std::ptrdiff_t>(offset - start_), out.size(), out.begin());
  }

 private:
  const ByteSource& source_;
  std::uint64_t start_ = 0;
  Blob held_;
};

struct TopBox {
  std::uint32_t type = 0;
  std::uint64_t start = 0, body = 0, end = 0;
  bool whole = true;
};

std::optional<TopBox> read_top_box(Window& window, std::uint64_t at) {
  std::array<std::uint8_t, 16> head{};
  const std::uint64_t left = window.size() - at;
  if (left < 8) return std::nullopt;
  const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(left, head.size()));
  window.read(at, std::span(head).first(there));
  ByteReader in{View(head).first(there)};
  std::uint64_t size = in.u32();
  TopBox box{in.u32(), at, at + 8, at, true};
  if (size == 1) {
    size = in.u64();
    if (in.failed()) return std::nullopt;
    box.body = at + 16;
  } else if (size == 0) {
    size = left;
  }
  if (size < box.body - at) throw corrupt_box(box.type, "is shorter than its own header");
  box.whole = size <= left;
  box.end = box.whole ? at + size : window.size();
  return box;
}

class MovieReader {
 public:
  explicit MovieReader(const ByteSource& source) : window_(source) {}

  Movie read() {
    std::uint64_t at = 0;
    for (std::size_t boxes = 0; const auto box = read_top_box(window_, at); ++boxes) {
      if (boxes == kMaxBoxes) throw corrupt_box(box->type, "is one of too many");
      if (!take(*box)) break;
      at = box->end;
    }
    if (!fragments_) throw Error(ErrorKind::corrupt, "The movie has no whole 'moov', so nothing in it can be understood.");
    return std::move(movie_);
  }

 private:
  // False when what follows was cut off.
  bool take(const TopBox& box) {
    if (box.type == fourcc("moov") && !fragments_) take_moov(box);
    if (box.type == fourcc("moof")) {
      if (!fragments_) throw corrupt_box(box.type, "stands before 'moov'");
      if (!box.whole) return false;
      const Blob body = read_header(box);
      pending_ = fragments_->read(body, box.start);
    }
    if (box.type == fourcc("mdat") && pending_) take_mdat(box);
    return box.whole;
  }

  void take_moov(const TopBox& box) {
    if (!box.whole) throw corrupt_box(box.type, "is cut off");
    const Blob body = read_header(box);
    fragments_.emplace(read_movie_header(body), window_.size());
    for (const bool video : {true, false}) {
      for (std::size_t i = 0; i < fragments_->tracks().size(); ++i) {
        const TrackHeader& header = fragments_->tracks()[i];
        if (!header.known || is_video(header.track.codec) != video) continue;
        places_.push_back(i);
        movie_.tracks.push_back({header.track, {}});
      }
    }
  }

  // A fragment counts once its data are there too.
  void take_mdat(const TopBox& box) {
    if (pending_->too_much || pending_->end > box.end) {
      if (box.whole) throw corrupt_box(fourcc("trun"), "points behind the data that follow it");
      return;
    }
    for (std::size_t i = 0; i < places_.size(); ++i) {
      auto& all = movie_.tracks[i].samples;
      const auto& more = pending_->samples[places_[i]];
      all.insert(all.end(), more.begin(), more.end());
    }
    pending_.reset();
  }

  Blob read_header(const TopBox& box) {
    const std::uint64_t size = box.end - box.body;
    if (size > kMaxHeaderBytes - header_bytes_) throw corrupt_box(box.type, "makes the headers larger than 64 MiB");
    header_bytes_ += size;
    Blob body(static_cast<std::size_t>(size));
    window_.read(box.body, body);
    return body;
  }

  Window window_;
  Movie movie_;
  std::vector<std::size_t> places_;  // of the movie's tracks among the header's
  std::optional<FragmentReader> fragments_;
  std::optional<FragmentReader::Found> pending_;
  std::uint64_t header_bytes_ = 0;
};

}  // namespace

ByteSource source_of(View bytes) {
  return {bytes.size(), [bytes](std::uint64_t offset, std::span<std::uint8_t> out) {
            if (offset > bytes.size() || out.size() > bytes.size() - offset) {
              throw Error(ErrorKind::corrupt, "A movie in memory was read beyond its end.");
            }
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
          }};
}

Movie read_movie(const ByteSource& source) { return MovieReader(source).read(); }

}  // namespace tenure::media
