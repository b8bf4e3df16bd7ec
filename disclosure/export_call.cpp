#include <boost/json.hpp>

#include "base/error.h"
#include "disclosure/call_audio.h"
#include "disclosure/package.h"
#include "storage/recovery/damage.h"

namespace tenure::disclosure {

static constexpr std::size_t kBlock = 256 * 1024;

media::ByteSource CallAudio::source() {
  return {reader.plain_size(), [this](std::uint64_t offset, std::span<std::uint8_t> out) { reader.read(offset, out); }};
}

CallAudio open_call(const ExportContext& context, const SegmentId& call) {
  auto reader = context.storage.open(call, context.actor, storage::Purpose::export_copy);
  auto row = context.storage.calls().get(call, context.actor);
  if (!row) throw Error(ErrorKind::not_found, "There is no call " + call.text() + " that may be read.");
  CallAudio audio{std::move(*row), std::move(reader), {}};
  audio.facts = media::check_audio(audio.source());
  return audio;
}

std::string call_subject(const std::string& kind, const SegmentId& call) {
  return boost::json::serialize(boost::json::object{{"kind", kind}, {"call", call.text()}});
}

// No number and no name: the start of the call and the beginning of its id.
static std::string safe_name(const CallAudio& audio) {
  const auto& named = audio.row.details.container;
  const std::string ending = named == "mp3" ? "mp3" : "wav";
  // The id begins with a time; its end is what tells calls apart.
  const auto id = audio.row.segment.id.text();
  return "call_" + compact_time(audio.row.details.start) + "_" + id.substr(id.size() - 8) + "." + ending;
}

// What reading finds is shown in status from then on, and not first when the scrub comes by.
template <typename Body>
static void noting_damage(const ExportContext& context, const storage::SegmentRow& row, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt) storage::note_damage(context.storage.catalogue(), context.clock, row, error.message());
    throw;
  }
}

ExportSummary export_call(const ExportContext& context, const SegmentId& call, ExportSink& sink) {
  auto audio = open_call(context, call);
  auto package = Package::announce(context, call_subject("call", call), sink);
  return package.conclude([&] {
    package.begin(safe_name(audio));
    const auto size = audio.reader.plain_size();
    Blob block;
    for (std::uint64_t at = 0; at < size; at += block.size()) {
      block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, size - at)));
      noting_damage(context, audio.row.segment, [&] { audio.reader.read(at, block); });
      package.write(block);
      package.progress(static_cast<double>(at) / static_cast<double>(size), "copying");
    }
    if (package.end() != audio.row.segment.digest)
      throw Error(ErrorKind::corrupt, "The recording of call " + call.text() + " is not what was stored; do not use the copy.");
  });
}

}  // namespace tenure::disclosure
