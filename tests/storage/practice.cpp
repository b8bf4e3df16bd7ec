#include "tests/storage/practice.h"

#include <unistd.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/sweep/tombstone_file.h"

namespace tenure::storage {

extern const Key kPracticeKek;  // attested.h shows it
const Key kPracticeKek{1, 2, 3, 4, 5};

namespace {
const Path kInMemory = "/dev/shm";

// In a container it may be there and hold next to nothing.
bool has_room_in_memory() {
  constexpr std::uint64_t kEnough = std::uint64_t{1} << 30;
  boost::system::error_code none;
  const auto room = boost::filesystem::space(kInMemory, none);
  return !none && room.available >= kEnough && ::access(kInMemory.c_str(), W_OK) == 0;
}

std::vector<config::Vault> vaults_in(const Path& folder) { return {{"main", folder / "vault", {}}}; }

std::vector<config::Class> classes() {
  return {{"cctv", *parse_period("P28D"), config::Anchor::capture_end},
          {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
}
}  // namespace

TemporaryFolder::TemporaryFolder() {
  path = (has_room_in_memory() ? kInMemory : boost::filesystem::temp_directory_path()) /
         boost::filesystem::unique_path("tenure-test-%%%%-%%%%-%%%%");
  make_directories(path);
}

TemporaryFolder::~TemporaryFolder() {
  boost::system::error_code ignored;
  boost::filesystem::remove_all(path, ignored);
}

Parts::Parts(const Path& folder, Clock& clock)
    : catalogue(folder / "catalogue"), keys(folder / "keys", kPracticeKek), vaults(vaults_in(folder), /*trial=*/false, catalogue.known_vaults()),
      calls(catalogue, clock, vaults, keys, keys.root()), holds(catalogue, clock, folder / "holds", keys.root()),
      eraser(catalogue, clock, vaults, keys, tombstone_file(folder)), sweeper(catalogue, clock, vaults, eraser) {
  catalogue.remember_vaults(vaults.ids());
  catalogue.adopt_policy(classes(), clock.now());
  for (const auto* camera : {"front", "waiting-room"}) catalogue.ensure_source(camera, "cctv", Kind::camera);
  catalogue.ensure_source("pbx", "calls", Kind::calls);
}

Practice::Practice(Instant start) : clock(start), parts(std::make_unique<Parts>(folder.path, clock)) {}

SegmentRow Practice::reserve(const std::string& camera, Interval span, bool with_fragment, std::size_t bytes) {
  SegmentRow row;
  row.id = SegmentId::make(span.from);
  row.source = camera;
  row.cls = "cctv";
  row.span = {span.from, span.from};
  row.vault = "main";
  const auto key = parts->keys.reserve(row.id);
  row.slot = key.slot;
  parts->catalogue.reserve_segment(row);
  SealedHeader header;
  header.id = row.id;
  header.slot = row.slot;
  header.source = camera;
  header.cls = "cctv";
  header.start = span.from;
  SealedWriter writer(parts->vaults.create("main", "cctv", camera, span.from, row.id), header, key.key);
  if (with_fragment) {
    Fragment fragment;
    fragment.span = span;
    fragment.key = true;
    fragment.bytes = Blob(bytes, 7);
    fragment.leaves = {{0, static_cast<std::uint32_t>(bytes), 0, true, 0, 1}};
    writer.append(fragment);
  }
  writer.file().sync();
  parts->keys.sync();
  return row;
}

SegmentRow Practice::record(const std::string& camera, Interval span, std::size_t bytes) {
  auto row = reserve(camera, span, /*with_fragment=*/true, bytes);
  const auto key = parts->keys.read(row.slot, row.id);
  const auto footer = salvage(parts->vaults.path_of(row), *key);
  row.span = span;
  row.digest = footer->root;
  row.bytes = File(parts->vaults.path_of(row), File::Mode::read).size();
  parts->catalogue.commit_segment(row);
  return parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id}).at(0);
}

SegmentRow Practice::record_row(const std::string& camera, Interval span) {
  SegmentRow row;
  row.id = SegmentId::make(span.from);
  row.source = camera;
  row.cls = "cctv";
  row.span = span;
  row.vault = "main";
  row.slot = parts->keys.reserve(row.id).slot;
  parts->catalogue.commit_segment(row);
  return parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id}).at(0);  // with its expiry
}

void Practice::record_many(const std::string& camera, Instant from, int minutes) {
  parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    for (int i = 0; i < minutes; ++i) {
      SegmentRow row;
      row.span = {from + std::chrono::minutes(i), from + std::chrono::minutes(i + 1)};
      row.id = SegmentId::make(row.span.from);
      row.source = camera;
      row.cls = "cctv";
      row.vault = "main";
      row.slot = parts->keys.reserve(row.id).slot;
      insert_segment(transaction.db, row, State::live, expiry_in(transaction.db, row.cls, row.span));
    }
  });
}

ImportOutcome Practice::import(const CallDetails& details, const std::string& audio, std::optional<Digest> expected) {
  auto file = File::unnamed(folder.path);
  file.write_at(0, as_view(audio));
  return parts->calls.import(details, "calls", file, audio.size(), expected);
}

HoldRequest Practice::request(std::vector<HoldSpan> spans) const {
  HoldRequest request;
  request.spans = std::move(spans);
  request.reason = "incident at the entrance";
  request.authority = "practice manager";
  request.review = clock.now() + std::chrono::days(30);
  return request;
}

bool Practice::exists(const SegmentId& id) const {
  return !parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).empty();
}

RecoveryReport Practice::recover() {
  return storage::recover({parts->catalogue, clock, parts->vaults, parts->keys, parts->holds, parts->eraser});
}

Instant at(const std::string& rfc3339) { return parse_rfc3339(rfc3339).value(); }

CallDetails call_at(Instant start, const std::string& number, const std::string& native_id) {
  CallDetails details;
  details.source = "pbx";
  details.native_id = native_id;
  details.direction = Direction::in;
  details.start = start;
  details.duration = Seconds(30);
  details.parties = {{"remote", number, to_e164(number), "", "", ""}, {"local", "", "", "", "201", ""}};
  details.time_quality = "exact";
  details.original_name = native_id + ".wav";
  details.rate = 8000;
  details.channels = 1;
  return details;
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return to_string(error.kind()) + ": " + error.what();
  }
  return "no error";
}

}  // namespace tenure::storage
