#include "ingest/telephony/importer.h"

#include "base/error.h"
#include "ingest/telephony/file_name.h"
#include "ingest/telephony/freepbx_name.h"
#include "ingest/telephony/times.h"

namespace tenure::ingest {

namespace {
constexpr std::size_t kReadSize = 256 << 10;

Digest digest_of(const File& file, std::uint64_t size) {
  Sha256 hash;
  Blob buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, kReadSize)));
  for (std::uint64_t at = 0; at < size;) {
    const std::span<std::uint8_t> part(buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(size - at, buffer.size())));
    file.read_at(at, part);
    hash.update(part);
    at += part.size();
  }
  return hash.finish();
}

void take_sidecar(const Sidecar& sidecar, const TrustedTime& time, storage::CallDetails& out) {
  out.native_id = sidecar.native_id;
  out.group_id = sidecar.group_id;
  out.direction = sidecar.direction;
  out.answered = sidecar.answered;
  out.ended = sidecar.ended;
  out.parties = sidecar.parties;
  out.pauses = sidecar.pauses;
  out.sidecar = sidecar.text;
  if (!sidecar.start || !is_believed(*sidecar.start, time)) return;
  out.start = *sidecar.start;
  out.time_quality = "exact";
}

// What the name says, where the sidecar said nothing.
void take_name(const FreepbxName& name, const TrustedTime& time, storage::CallDetails& out) {
  if (out.native_id.empty()) out.native_id = name.unique_id;
  if (out.direction == storage::Direction::unknown) out.direction = name.direction;
  if (out.parties.empty()) out.parties = name.parties;
  if (out.time_quality != "import" || !is_believed(name.start, time)) return;
  out.start = name.start;
  out.time_quality = name.time_quality;
}
}  // namespace

storage::CallDetails details_of(const config::Calls& settings, const std::string& path, const media::AudioFacts& facts,
                                const Sidecar* sidecar, const TrustedTime& time) {
  storage::CallDetails out;
  out.source = settings.name;
  out.original_name = path;
  out.start = time.best();
  out.time_quality = "import";
  out.duration = facts.duration;
  out.container = facts.container;
  out.codec = facts.codec;
  out.rate = facts.rate;
  out.channels = facts.channels;
  if (sidecar != nullptr) take_sidecar(*sidecar, time, out);
  const auto name = parse_freepbx_name(path.substr(path.rfind('/') + 1), settings.timezone, settings.extensions);
  if (name) take_name(*name, time, out);
  if (out.native_id.empty()) out.native_id = path;  // the telephone system gave none; a path is at least its own
  for (storage::Party& party : out.parties) party.e164 = storage::to_e164(party.number);
  out.needs_details = sidecar == nullptr && (settings.format == "sidecar" || !name);
  return out;
}

media::AudioFacts check_file(const File& file) {
  return media::check_audio({file.size(), [&file](std::uint64_t at, std::span<std::uint8_t> out) { file.read_at(at, out); }});
}

storage::ImportOutcome Importer::take(const std::string& path, const FileStamp& stamp, const storage::CallDetails& details,
                                      const Sidecar* sidecar) const {
  const auto changed = [] { return Error(ErrorKind::unavailable, "changed while it was read; it is looked at again when it is quiet"); };
  const File file = folder_.open(path);
  if (stamp_of(file) != stamp) throw changed();
  if (sidecar != nullptr && sidecar->bytes && *sidecar->bytes != stamp.size)
    throw Error(ErrorKind::corrupt, "has " + std::to_string(stamp.size) + " bytes and its sidecar says " + std::to_string(*sidecar->bytes) +
                                        "; send the recording or the sidecar again");
  // Hashed first, so that what the store commits is certainly what lay still: it enforces this digest as it copies.
  const Digest digest = digest_of(file, stamp.size);
  if (stamp_of(file) != stamp) throw changed();
  if (sidecar != nullptr && sidecar->sha256 && *sidecar->sha256 != digest)
    throw Error(ErrorKind::corrupt, "does not have the SHA-256 that its sidecar says; send the recording or the sidecar again");
  return store_.import(details, settings_.cls, file, stamp.size, digest);
}

}  // namespace tenure::ingest
