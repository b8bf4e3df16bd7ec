#include "storage/calls/call_store.h"

#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/calls/call_details.h"
#include "storage/calls/call_record.h"
#include "storage/calls/numbers.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/sealed/sealed_file.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kFragment = 1 << 20;
constexpr std::size_t kLeastLeaf = 512, kUsualLeaf = 64 << 10;
constexpr auto kLongestCall = std::chrono::hours(24 * 7);
constexpr std::size_t kMostFailed = 10'000;  // what is beyond waits for the next start

// Bytes of one leaf: a second of sound when that can be told, else 64 KiB.
std::size_t leaf_size(std::uint64_t size, Duration duration) {
  const auto micros = static_cast<std::uint64_t>(duration.count());
  if (duration < Seconds(1)) return kUsualLeaf;
  const auto second = static_cast<std::uint64_t>(static_cast<double>(size) / static_cast<double>(micros) * 1e6);
  return second < kLeastLeaf || second > kFragment ? kUsualLeaf : static_cast<std::size_t>(second);
}

void check_call(const CallDetails& details, std::uint64_t size) {
  if (details.source.empty()) throw Error(ErrorKind::usage, "source: the call names no folder it came from.");
  if (size == 0) throw Error(ErrorKind::refused, "The recording is empty: there is nothing to keep.");
  if (details.duration < Duration::zero() || details.duration > kLongestCall)
    throw Error(ErrorKind::usage, "duration: " + to_text(details.duration) + " is not between nothing and a week.");
}

// A recording on its way in. Until it is left to recovery its key and file are dropped again: the source still has it.
class Intake {
 public:
  using Failed = Synchronized<std::vector<SegmentRow>>;
  Intake(KeySlots& slots, Vaults& vaults, Catalogue& catalogue, Failed& failed)
      : slots_(slots), vaults_(vaults), catalogue_(catalogue), failed_(failed) {}
  ~Intake() {
    wipe(key.key);
    if (!kept_) drop();
  }
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  SegmentRow row;
  SlotKey key;
  File start();
  // Copies, hashes and seals in one pass. The file and its folder are synced when it returns.
  Digest take(const File& audio, std::uint64_t size, const CallDetails& details);
  void keep() { kept_ = true; }
  void leave_to_recovery() {
    kept_ = true;
    if (auto failed = failed_.lock(); failed->size() < kMostFailed) failed->push_back(row);
  }

 private:
  void drop();
  Fragment block(const File& audio, std::uint64_t at, std::uint64_t size, std::size_t leaf) const;
  KeySlots& slots_;
  Vaults& vaults_;
  Catalogue& catalogue_;
  Failed& failed_;
  bool kept_ = false;
};

File Intake::start() {
  key = slots_.reserve(row.id);
  row.slot = key.slot;
  catalogue_.reserve_segment(row);  // so that a crash from here on leaves nothing unaccounted for
  return vaults_.create(row.vault, row.cls, row.source, row.span.from, row.id);
}

Fragment Intake::block(const File& audio, std::uint64_t at, std::uint64_t size, std::size_t leaf) const {
  Fragment fragment;
  fragment.kind = FragmentKind::data;
  fragment.bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size - at, kFragment / leaf * leaf)));
  audio.read_at(at, fragment.bytes);
  const auto when = [&](std::uint64_t offset) {
    const auto share = static_cast<double>(offset) / static_cast<double>(size);
    return row.span.from + Duration(static_cast<std::int64_t>(share * static_cast<double>(row.span.length().count())));
  };
  fragment.span = {when(at), when(at + fragment.bytes.size())};
  for (std::size_t offset = 0; offset < fragment.bytes.size(); offset += leaf) {
    const auto length = std::min(leaf, fragment.bytes.size() - offset);
    const auto from = when(at + offset) - row.span.from, to = when(at + offset + length) - row.span.from;
    fragment.leaves.push_back({static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length), 0, false,
                               from.count() / 1000, static_cast<std::uint32_t>((to - from).count() / 1000)});
  }
  return fragment;
}

Digest Intake::take(const File& audio, std::uint64_t size, const CallDetails& details) {
  File file = start();  // first: it reserves the key's slot, which the header names
  SealedHeader header;
  header.id = row.id;
  header.slot = row.slot;
  header.kind = Kind::calls;
  header.source = row.source;
  header.cls = row.cls;
  header.start = row.span.from;
  SealedWriter writer(std::move(file), header, key.key);
  Sha256 hash;
  const auto leaf = leaf_size(size, details.duration);
  for (std::uint64_t at = 0; at < size;) {
    const auto fragment = block(audio, at, size, leaf);
    hash.update(fragment.bytes);
    writer.append(fragment);
    at += fragment.bytes.size();
  }
  row.digest = hash.finish();
  const auto metadata = to_json_text(details);
  writer.finish(row.span, Blob(metadata.begin(), metadata.end()), {}, row.digest);
  writer.file().sync();
  sync_directory(vaults_.path_of(row).parent_path());
  row.bytes = writer.size();
  row.plain_bytes = size;
  return row.digest;
}

void Intake::drop() {
  try {
    slots_.erase(row.slot, row.id);
    slots_.sync();
    const auto path = vaults_.path_of(row);
    if (remove_file(path)) sync_directory(path.parent_path());  // before its row goes: a file that came back would have none
    catalogue_.drop_reservation(row.id);
  } catch (const std::exception& error) {
    log_warning("call segment={} dropped=no cause=\"{}\"", row.id.text(), error.what());
    leave_to_recovery();
  }
}

// Empty when the sealed file lies, with its recorded size, in the vault it was written to.
std::string why_not_there(const Vaults& vaults, const SegmentRow& row) {
  const auto trouble = vaults.off_line(row.vault);
  if (!trouble.empty()) return "the vault " + row.vault + " is off line: " + trouble;
  boost::system::error_code failed;
  const auto size = boost::filesystem::file_size(vaults.path_of(row), failed);
  if (failed) return "its file is not in the vault " + row.vault;
  return size == row.bytes ? "" : "its file in the vault " + row.vault + " has another size than was recorded";
}

std::string subject_of(const SegmentRow& row, const CallDetails& details) {
  return boost::json::serialize(boost::json::object{{"segment", row.id.text()}, {"source", row.source}, {"class", row.cls},
                                                    {"start", to_rfc3339(row.span.from)}, {"bytes", row.plain_bytes},
                                                    {"sha256", to_hex(row.digest)}, {"time_quality", details.time_quality},
                                                    {"needs_details", details.needs_details}});
}
}  // namespace

CallStore::CallStore(Catalogue& catalogue, const Clock& clock, Vaults& vaults, KeySlots& keys, const Key& key_encryption_key)
    : catalogue_(catalogue), clock_(clock), vaults_(vaults), slots_(keys), index_key_(number_index_key(key_encryption_key)) {}

bool CallStore::knows_file(const std::string& source, const std::string& file_name) const {
  return catalogue_.known_path(path_token(index_key_, source, file_name)) != Catalogue::Known::no;
}

ImportOutcome CallStore::import(const CallDetails& details, const std::string& cls, const File& audio, std::uint64_t size,
                                const std::optional<Digest>& expected_sha256) {
  check_call(details, size);
  Intake intake(slots_, vaults_, catalogue_, failed_);
  auto& row = intake.row;
  row.id = SegmentId::make(clock_.now());
  row.source = details.source;
  row.cls = cls;
  row.kind = Kind::calls;
  row.span = {details.start, details.start + details.duration};
  row.vault = vaults_.choose(cls);
  row.time_doubtful = start_is_doubtful(details);
  if (details.time_quality == "import") row.line = clock_.trusted().line;  // its start is ours, not the telephone system's
  const auto content = intake.take(audio, size, details);
  if (expected_sha256 && *expected_sha256 != content)
    throw Error(ErrorKind::corrupt, "The recording is not the one its sidecar describes: the SHA-256 differs. Send both again.");

  const auto record = make_call_record(index_key_, intake.key.key, row, details);
  SegmentId known;
  const auto same_content = catalogue_.known_content(record.content_token, &known);
  const auto same_native = same_content != Catalogue::Known::no ? Catalogue::Known::no : catalogue_.known_native(record.native_token, &known);
  if (same_native == Catalogue::Known::live)
    throw Error(ErrorKind::refused, "A recording with the same id of the telephone system and other content is already kept "
                                    "as " + known.text() + ": revisions are not taken yet. The source file stays where it is.");
  if (same_content != Catalogue::Known::no || same_native == Catalogue::Known::erased) {
    catalogue_.add_path_alias(known, record.path_token);
    return {same_content == Catalogue::Known::live ? ImportOutcome::What::known : ImportOutcome::What::erased_before, known};
  }

  slots_.sync();
  const auto trouble = why_not_there(vaults_, row);  // a disk that went while we wrote left its mount point to take the file
  if (!trouble.empty()) throw Error(ErrorKind::unavailable, "The recording could not be kept: " + trouble + ".");
  try {
    catalogue_.commit_call(record, {0, clock_.now(), "tenured", "call-import", subject_of(row, details), ""});
  } catch (...) {
    intake.leave_to_recovery();  // a commit that failed may still have happened: the row decides
    throw;
  }
  intake.keep();
  return {ImportOutcome::What::imported, row.id};
}

ImportOutcome CallStore::adopt(SegmentRow row, View metadata, const Key& recording_key) {
  const auto details = call_details_from_json(as_text(metadata));
  row.time_doubtful = start_is_doubtful(details);
  const auto record = make_call_record(index_key_, recording_key, row, details);
  SegmentId known;
  const auto same = catalogue_.known_content(record.content_token, &known);
  if (same != Catalogue::Known::no) return {same == Catalogue::Known::live ? ImportOutcome::What::known : ImportOutcome::What::erased_before, known};
  if (catalogue_.known_native(record.native_token, &known) != Catalogue::Known::no)
    throw Error(ErrorKind::refused, "another recording with the same id of the telephone system is or was kept as " + known.text());
  catalogue_.commit_call(record, ledger_entry(clock_.now(), {"tenured"}, "adopt", subject_of(row, details), "a sealed call without its row"));
  return {ImportOutcome::What::imported, row.id};
}

std::string CallStore::why_source_must_stay(const ImportOutcome& outcome) const {
  if (outcome.what == ImportOutcome::What::erased_before) return {};
  const auto call = catalogue_.call(outcome.id);
  if (!call || call->segment.state != State::live) return "the catalogue does not list our copy " + outcome.id.text() + " as kept";
  return why_not_there(vaults_, call->segment);
}

}  // namespace tenure::storage
