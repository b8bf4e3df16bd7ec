#include "media/mp3_check.h"

#include <algorithm>
#include <array>

namespace tenure::media {
namespace {

constexpr std::size_t kScan = 64 * 1024;  // junk before the first frame that is forgiven
constexpr int kMaxTags = 4;

struct Frame {
  std::uint32_t fixed = 0;  // the header's bits that all frames of a file share
  std::uint32_t rate = 0, channels = 0, bit_rate = 0, samples = 0, size = 0;
  std::size_t info_at = 0;  // of a Xing or Info header
};

std::optional<Frame> parse_frame(View bytes) {
  constexpr std::array<std::uint32_t, 15> kFirst = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<std::uint32_t, 15> kSecond = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
  constexpr std::array<std::uint32_t, 3> kRates = {44'100, 48'000, 32'000};
  ByteReader in(bytes);
  const std::uint32_t head = in.u32();
  if (in.failed() || head >> 21 != 0x7FF) return std::nullopt;
  const std::uint32_t version = head >> 19 & 3, layer = head >> 17 & 3, bits = head >> 12 & 15, rate = head >> 10 & 3;
  if (version == 1 || layer != 1 || bits == 0 || bits == 15 || rate == 3) return std::nullopt;
  const bool first = version == 3, mono = (head >> 6 & 3) == 3;
  Frame frame;
  frame.fixed = head & 0xFFFE'0C00;
  frame.rate = kRates[rate] / (first ? 1 : version == 2 ? 2 : 4);
  frame.bit_rate = (first ? kFirst[bits] : kSecond[bits]) * 1000;
  frame.channels = mono ? 1 : 2;
  frame.samples = first ? 1152 : 576;
  frame.size = frame.samples / 8 * frame.bit_rate / frame.rate + (head >> 9 & 1);
  const std::size_t side = first ? (mono ? 17 : 32) : (mono ? 9 : 17);
  frame.info_at = 4 + side;
  return frame;
}

Blob read_some(const ByteSource& source, std::uint64_t at, std::size_t most) {
  if (at >= source.size) return {};
  Blob bytes(static_cast<std::size_t>(std::min<std::uint64_t>(most, source.size - at)));
  source.read(at, bytes);
  return bytes;
}

// Behind the ID3v2 tags at the start; may lie beyond the end of a cut file.
std::uint64_t behind_tags(const ByteSource& source) {
  std::uint64_t at = 0;
  for (int i = 0; i < kMaxTags; ++i) {
    const Blob head = read_some(source, at, 10);
    if (head.size() < 10 || !as_text(head).starts_with("ID3")) break;
    std::uint64_t size = 0;
    for (std::size_t k = 6; k < 10; ++k) size = size << 7 | (head[k] & 0x7FU);
    at += 10 + size + ((head[5] & 0x10) != 0 ? 10 : 0);
  }
  return at;
}

struct Promise {
  std::uint64_t frames = 0, bytes = 0;  // zero: not told
};

// What the encoder noted in the first frame: Xing or Info, or Fraunhofer's VBRI.
std::optional<Promise> read_promise(View frame_bytes, const Frame& frame) {
  const auto tagged = [&](std::size_t at, std::string_view tag) {
    return frame_bytes.size() >= at + 4 && as_text(frame_bytes.subspan(at, 4)) == tag;
  };
  Promise promise;
  if (tagged(frame.info_at, "Xing") || tagged(frame.info_at, "Info")) {
    ByteReader in(frame_bytes.subspan(frame.info_at + 4));
    const std::uint32_t flags = in.u32();
    if ((flags & 1) != 0) promise.frames = in.u32();
    if ((flags & 2) != 0) promise.bytes = in.u32();
    return promise;
  }
  if (tagged(36, "VBRI")) {
    ByteReader in(frame_bytes.subspan(40));
    in.skip(6);
    promise.bytes = in.u32();
    promise.frames = in.u32();
    return promise;
  }
  return std::nullopt;
}

Duration length(std::uint64_t units, std::uint64_t rate) {
  return Seconds(static_cast<std::int64_t>(units / rate)) +
         Duration(static_cast<std::int64_t>(units % rate * 1'000'000 / rate));
}

AudioFacts says(AudioFacts facts, Structure structure, std::string why) {
  facts.structure = structure;
  facts.why = std::move(why);
  return facts;
}

AudioFacts judge(const ByteSource& source, std::uint64_t start, const Frame& frame, View first_bytes) {
  AudioFacts facts;
  facts.container = facts.codec = "mp3";
  facts.rate = frame.rate;
  facts.channels = frame.channels;
  const std::uint64_t there = source.size - start;
  const auto promise = read_promise(first_bytes, frame);
  if (promise && promise->frames > 0) {
    facts.duration = length(promise->frames * frame.samples, frame.rate);
  } else {
    facts.duration = length(there * 8, frame.bit_rate);
  }
  if (!promise || promise->bytes == 0) {
    return says(std::move(facts), Structure::undecided,
                "An MP3 file without a length in its first frame: only quiet time or a sidecar can tell that it is whole.");
  }
  if (promise->bytes > there) {
    return says(std::move(facts), Structure::truncated,
                "The first frame promises " + std::to_string(promise->bytes) + " bytes and only " +
                    std::to_string(there) + " are there.");
  }
  const Blob behind = read_some(source, start + promise->bytes, 4);
  const auto another = parse_frame(behind);
  if (another && another->fixed == frame.fixed) {
    return says(std::move(facts), Structure::undecided, "More frames follow than the first one promises: it may still grow.");
  }
  facts.structure = Structure::complete;
  return facts;
}

}  // namespace

AudioFacts check_mp3(const ByteSource& source) {
  AudioFacts nothing;
  const std::uint64_t start = behind_tags(source);
  if (start > 0 && start >= source.size) {
    nothing.container = "mp3";
    return says(std::move(nothing), Structure::truncated, "The file ends within the tag before its sound.");
  }
  const Blob bytes = read_some(source, start, kScan + 4096);
  for (std::size_t at = 0; at + 4 <= bytes.size() && at < kScan; ++at) {
    if (bytes[at] != 0xFF) continue;
    const auto frame = parse_frame(View(bytes).subspan(at));
    if (!frame) continue;
    const bool ends_here = at + frame->size >= source.size - start;  // its second frame was never written
    const auto second = parse_frame(read_some(source, start + at + frame->size, 4));
    const bool agree = second && second->fixed == frame->fixed;
    const bool alone = ends_here && at == 0;
    if (agree || alone) {
      const View first = View(bytes).subspan(at, std::min<std::size_t>(frame->size, bytes.size() - at));
      return judge(source, start + at, *frame, first);
    }
  }
  return says(std::move(nothing), Structure::not_audio,
              "The file is neither WAV nor MP3, whatever its name says: convert it, or remove it from the folder.");
}

}  // namespace tenure::media
