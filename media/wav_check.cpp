#include "media/wav_check.h"

#include <algorithm>
#include <array>

namespace tenure::media {
namespace {

constexpr std::uint32_t kUnknown = 0xFFFF'FFFF;
constexpr int kMaxChunks = 1000;
constexpr std::uint16_t kPcm = 1, kFloat = 3, kAlaw = 6, kMulaw = 7, kGsm = 0x31, kExtensible = 0xFFFE;

std::uint64_t little(View bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

struct Chunk {
  std::string id;
  std::uint64_t at = 0;  // of the chunk's body
  std::uint64_t size = 0;
  std::uint64_t next() const { return at + size + size % 2; }
};

std::optional<Chunk> read_chunk(const ByteSource& source, std::uint64_t at) {
  std::array<std::uint8_t, 8> head{};
  if (at > source.size || source.size - at < head.size()) return std::nullopt;
  source.read(at, head);
  return Chunk{std::string(as_text(View(head).first(4))), at + 8, little(View(head).subspan(4))};
}

struct Format {
  std::uint16_t tag = 0, channels = 0, align = 0, bits = 0;
  std::uint32_t rate = 0, bytes_per_second = 0;
};

Format read_format(View bytes) {
  Format format;
  format.tag = static_cast<std::uint16_t>(little(bytes.subspan(0, 2)));
  format.channels = static_cast<std::uint16_t>(little(bytes.subspan(2, 2)));
  format.rate = static_cast<std::uint32_t>(little(bytes.subspan(4, 4)));
  format.bytes_per_second = static_cast<std::uint32_t>(little(bytes.subspan(8, 4)));
  format.align = static_cast<std::uint16_t>(little(bytes.subspan(12, 2)));
  format.bits = static_cast<std::uint16_t>(little(bytes.subspan(14, 2)));
  if (format.tag == kExtensible && bytes.size() >= 26) format.tag = static_cast<std::uint16_t>(little(bytes.subspan(24, 2)));
  return format;
}

// Empty when it is no coding that telephone systems write.
std::string codec_name(const Format& format) {
  if (format.tag == kPcm && format.bits == 8) return "pcm_u8";
  if (format.tag == kPcm && (format.bits == 16 || format.bits == 24 || format.bits == 32)) {
    return "pcm_s" + std::to_string(format.bits) + "le";
  }
  if (format.tag == kFloat && format.bits == 32) return "pcm_f32le";
  if (format.tag == kAlaw) return "pcm_alaw";
  if (format.tag == kMulaw) return "pcm_mulaw";
  if (format.tag == kGsm) return "gsm_ms";
  return {};
}

class WavCheck {
 public:
  explicit WavCheck(const ByteSource& source) : source_(source) { facts_.container = "wav"; }

  AudioFacts run() {
    std::array<std::uint8_t, 4> kind{};
    source_.read(0, kind);
    rf64_ = as_text(kind) == "RF64";
    std::uint64_t at = 12;
    for (int i = 0; i < kMaxChunks; ++i) {
      const auto chunk = read_chunk(source_, at);
      if (!chunk) return says(Structure::truncated, "The file ends within its header, before any sound.");
      if (chunk->id == "data") return judge_data(*chunk);
      if (chunk->size > source_.size - chunk->at) {
        return says(Structure::truncated, "The file ends within its header: it may still be copied.");
      }
      if (chunk->id == "fmt " && !take_format(*chunk)) return facts_;
      if (chunk->id == "ds64" && chunk->size >= 16) take_long_sizes(*chunk);
      at = chunk->next();
    }
    return says(Structure::not_audio, "The WAV file has a thousand parts and no sound among the first.");
  }

 private:
  AudioFacts says(Structure structure, std::string why) {
    facts_.structure = structure;
    facts_.why = std::move(why);
    return facts_;
  }

  bool take_format(const Chunk& chunk) {
    std::array<std::uint8_t, 40> bytes{};
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size, bytes.size()));
    if (size >= 16) {
      source_.read(chunk.at, std::span(bytes).first(size));
      format_ = read_format(View(bytes).first(size));
      facts_.codec = codec_name(format_);
      facts_.rate = format_.rate;
      facts_.channels = format_.channels;
    }
    const bool sane = format_.channels > 0 && format_.channels <= 64 && format_.rate >= 1000 &&
                      format_.rate <= 768'000 && format_.bytes_per_second > 0 && format_.align > 0;
    if (facts_.codec.empty() || !sane) {
      says(Structure::not_audio, "The WAV file is in a coding that is not supported (format " +
                                     std::to_string(format_.tag) + "): have it written as PCM, A-law or µ-law.");
      return false;
    }
    return true;
  }

  void take_long_sizes(const Chunk& chunk) {
    std::array<std::uint8_t, 16> sizes{};
    source_.read(chunk.at, sizes);
    long_data_ = little(View(sizes).subspan(8));
  }

  AudioFacts judge_data(const Chunk& chunk) {
    if (facts_.codec.empty()) return says(Structure::not_audio, "The WAV file has sound before it says in what coding.");
    const std::uint64_t there = source_.size - chunk.at;
    std::uint64_t promised = chunk.size;
    const bool unknown = promised == kUnknown;
    if (rf64_ && unknown && long_data_ != 0) promised = long_data_;
    const bool is_long = promised != chunk.size;
    facts_.duration = length_of(std::min(promised, there));
    if (there == 0 && promised == 0) return says(Structure::empty, "The file has a header and no recording.");
    if (promised == 0 || (unknown && !is_long) || promised == ~std::uint64_t{0}) {
      facts_.duration = {};
      return says(Structure::open, "The file is still being written: its header has no length yet.");
    }
    if (promised > there) {
      facts_.duration = length_of(promised);
      return says(Structure::truncated, "The header promises " + std::to_string(promised) + " bytes of sound and only " +
                                            std::to_string(there) + " are there.");
    }
    if (!ends_in_chunks(chunk.at + promised + promised % 2)) {
      return says(Structure::open, "More was written behind the sound than the header tells of: it is being appended to.");
    }
    facts_.structure = Structure::complete;
    return facts_;
  }

  // Nothing, padding or whole chunks (notes, cues) may follow the sound.
  bool ends_in_chunks(std::uint64_t at) const {
    for (int i = 0; i < kMaxChunks && at < source_.size; ++i) {
      if (source_.size - at == 1) return true;
      const auto chunk = read_chunk(source_, at);
      if (!chunk || chunk->size > source_.size - chunk->at) return false;
      if (!std::ranges::all_of(chunk->id, [](char c) { return c >= ' ' && c <= '~'; })) return false;
      at = chunk->next();
    }
    return at >= source_.size;
  }

  Duration length_of(std::uint64_t bytes) const {
    const std::uint64_t rate = format_.bytes_per_second;
    const std::uint64_t seconds = std::min<std::uint64_t>(bytes / rate, 1'000'000'000);
    return Seconds(static_cast<std::int64_t>(seconds)) +
           Duration(static_cast<std::int64_t>(bytes % rate * 1'000'000 / rate));
  }

  const ByteSource& source_;
  AudioFacts facts_;
  Format format_;
  bool rf64_ = false;
  std::uint64_t long_data_ = 0;
};

}  // namespace

bool looks_like_wav(const ByteSource& source) {
  std::array<std::uint8_t, 12> head{};
  if (source.size < head.size()) return false;
  source.read(0, head);
  const auto text = as_text(head);
  return (text.starts_with("RIFF") || text.starts_with("RF64")) && text.substr(8) == "WAVE";
}

AudioFacts check_wav(const ByteSource& source) { return WavCheck(source).run(); }

}  // namespace tenure::media
