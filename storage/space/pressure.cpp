#include "storage/space/pressure.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/space/room.h"
#include "storage/space/space_demand.h"

namespace tenure::storage {

// How far what may go was looked for.
struct ShedPlace {
  Instant start{};
  SegmentId id{};
  bool more = true;
};

namespace {
constexpr std::size_t kBatch = 50;
constexpr std::size_t kMostLooked = 2'000;  // rows looked at in one transaction, held ones among them
constexpr std::uint64_t kInodes = Ballast::kInodes;
constexpr Duration kLookEvery = std::chrono::hours(1);

bool is_in(const std::vector<std::string>& disk, const std::string& vault) {
  return std::ranges::find(disk, vault) != disk.end();
}

bool any_of(const Room& room) { return room.bytes > 0 || room.files > 0; }

// The oldest of a disk's CCTV that nothing keeps, behind `place`, until what is missing is together.
std::vector<SegmentRow> oldest(sqlite::Connection& db, const std::vector<std::string>& disk, const Room& missing,
                               const TrustedTime& time, ShedPlace& place) {
  static const std::string sql =
      "SELECT" + kSegmentColumns +
      "FROM segment s WHERE s.kind = 0 AND s.state = 1"
      " AND s.vault IN (SELECT value FROM json_each(?1)) AND (s.start_at, s.id) > (?2, ?3) ORDER BY s.start_at, s.id";
  std::vector<SegmentRow> rows;
  std::uint64_t together = 0;
  auto query =
      db.query(sql, boost::json::serialize(boost::json::array(disk.begin(), disk.end())), place.start, place.id);
  for (std::size_t looked = 0;
       looked < kMostLooked && rows.size() < kBatch && (together < missing.bytes || rows.size() < missing.files);
       ++looked) {
    place.more = query.step();
    if (!place.more) break;
    auto row = read_segment(query);
    place.start = row.span.from;
    place.id = row.id;
    if (!may_delete(row, hold_view(db, row.id, time), Cause::pressure, time)) continue;
    together += row.bytes;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string subject_of(const VaultSpace& space) {
  boost::json::object subject{{"vault", space.vault}, {"alarm", to_string(space.alarm)}, {"free", space.free},
                              {"held", space.held}, {"holds_endanger", space.holds_endanger}};
  if (space.files_first) subject["of"] = "files";
  if (space.full_at && space.alarm != SpaceAlarm::full) subject["full_at"] = to_rfc3339(*space.full_at);
  return boost::json::serialize(subject);
}
}  // namespace

Pressure::Pressure(Options options, Catalogue& catalogue, const Clock& clock, Vaults& vaults, Eraser& eraser, const Path& state_folder)
    : options_(std::move(options)), cameras_(options_.cameras), catalogue_(catalogue), clock_(clock), vaults_(vaults), eraser_(eraser), state_folder_(state_folder) {
  ballasts_.emplace("", Ballast(state_folder / "ballast", options_.ballast));
  for (const auto& vault : vaults_.names()) {
    ballasts_.emplace(vault, Ballast(vaults_.root(vault) / "ballast", options_.ballast));
    (*state_.lock())[vault].space.vault = vault;
  }
}

void Pressure::relieve() {
  std::exception_ptr failure;  // what fails on one disk keeps no other from its turn
  const auto next = [&](const auto& act) {
    try {
      act();
    } catch (const std::exception& error) {
      log_error("event=no-room-made cause=\"{}\" effect=\"it is tried again\"", log_safe(error.what()));
      if (!failure) failure = std::current_exception();
    }
  };
  next([this] { keep_state_ballast(); });
  for (const auto& disk : by_file_system(vaults_)) next([&] { relieve_disk(disk); });
  if (!looked_ || clock_.monotonic() - *looked_ >= kLookEvery)
    next([this] {
      look_ahead();
      looked_ = clock_.monotonic();
    });
  if (failure) std::rethrow_exception(failure);
}

// The catalogue needs room to delete, on whatever file system it lies.
void Pressure::keep_state_ballast() {
  auto& ballast = ballasts_.at("");
  const auto room = room_at(state_folder_);
  if (!room) return;
  if (room->bytes > 4 * options_.ballast && room->files > 4 * kInodes) {
    ballast.hold();
  } else if ((room->bytes < options_.ballast / 4 || room->files < kInodes / 4) && ballast.release()) {
    log_error("event=ballast-released folder=state free={} inodes={}", room->bytes, room->files);
  }
}

void Pressure::relieve_disk(const std::vector<std::string>& disk) {
  const Room wanted{options_.least_free + options_.least_free / 4, options_.least_files + options_.least_files / 4};
  const auto has_room = [&](const Room& room) { return room.bytes >= wanted.bytes && room.files >= wanted.files; };
  bool nothing_left = false;
  const auto found = room_of(vaults_, disk);
  if (!found) return;
  std::map<std::string, Room> rooms;
  for (const auto& vault : disk)
    if (const auto room = room_at(vaults_.root(vault))) rooms.emplace(vault, *room);
  const auto tight = lacking(rooms, wanted);
  if (is_short(*found, 1)) {
    nothing_left = !options_.delete_oldest;
    ShedPlace place;
    // Counted by what went, not by what the disk then shows: a file that is still being read gives its room back later,
    // and nothing more must go for that.
    Room went;
    const auto still_missing = [&] { return without(without(without(wanted, *found), went), waiting(tight)); };
    for (auto missing = still_missing(); any_of(missing) && !nothing_left; missing = still_missing()) {
      const auto gone = shed_with_ballast(tight, missing, place);
      nothing_left = !place.more && gone.files == 0;
      went = {went.bytes + gone.bytes, went.files + gone.files};
    }
  }
  for (const auto& vault : disk) {
    const auto room = room_at(vaults_.root(vault)).value_or(*found);
    if (has_room(room)) hold_ballast(vault);
    auto state = state_.lock();
    auto& mine = (*state)[vault];
    const bool has_nothing = nothing_left && is_in(tight, vault);
    if (has_nothing && !mine.nothing_left)
      log_error(
          "event=disk-full vault={} free={} inodes={} remedy=\"release holds that are over, or give the vault more "
          "room\"",
          vault, room.bytes, room.files);
    mine.nothing_left = has_nothing;
    mine.space.free = room.bytes;
  }
}

bool Pressure::is_short(const Room& room, std::uint64_t parts) const {
  return room.bytes < options_.least_free / parts || is_short_of_files(room, parts);
}

bool Pressure::is_short_of_files(const Room& room, std::uint64_t parts) const {
  return room.files < options_.least_files / parts;
}

// What went; nothing when there is nothing that may go.
Room Pressure::shed(const std::vector<std::string>& disk, const Room& missing, ShedPlace& place) {
  const auto gone = eraser_.erase(Cause::pressure, [&](Catalogue::Transaction& transaction, const TrustedTime& time) {
    return oldest(transaction.db, disk, missing, time, place);
  });
  if (gone.empty()) return {};
  log_error("event=promise-broken vault={} segments={} bytes={} oldest={} cause=\"the disk is full\"",
            fmt::join(disk, ","), gone.size(), bytes_of(gone), to_rfc3339(gone.front().span.from));
  return {bytes_of(gone), gone.size()};
}

// Deleting writes a little itself: when even that finds no room, the ballast gives it.
Room Pressure::shed_with_ballast(const std::vector<std::string>& disk, const Room& missing, ShedPlace& place) {
  try {
    return shed(disk, missing, place);
  } catch (const Error& error) {
    bool freed = ballasts_.at("").release();
    for (const auto& vault : disk) freed |= ballasts_.at(vault).release();
    log_error("event=ballast-released vault={} cause=\"{}\"", fmt::join(disk, ","), log_safe(error.what()));
    if (!freed) throw;
    auto finished = eraser_.finish_condemned();
    std::erase_if(finished, [&](const SegmentRow& row) { return !is_in(disk, row.vault); });
    const Room gone{bytes_of(finished), finished.size()};
    const auto rest = without(missing, gone);
    place = {};  // what was chosen may not have been marked
    const auto more = any_of(rest) ? shed(disk, rest, place) : Room{};
    return {gone.bytes + more.bytes, gone.files + more.files};
  }
}

// Condemned, and not let go by its disk: to condemn more instead would break promises and make no room.
Room Pressure::waiting(const std::vector<std::string>& disk) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    Room all;
    auto query = db.query("SELECT vault, sum(bytes), count(*) FROM segment WHERE state = 2 GROUP BY vault");
    while (query.step())
      if (is_in(disk, query.text(0))) all = {all.bytes + query.natural(1), all.files + query.natural(2)};
    return all;
  });
}

void Pressure::hold_ballast(const std::string& vault) {
  auto& ballast = ballasts_.at(vault);
  const bool held = ballast.hold();
  (*state_.lock())[vault].space.ballast = held;
}

void Pressure::look_ahead() {
  const auto now = clock_.now();
  std::map<std::string, VaultSpace> seen;
  for (const auto& vault : vaults_.names()) seen[vault].vault = vault;  // those off line are said to be, and no more
  for (const auto& disk : by_file_system(vaults_))
    for (auto& space : judge(demands_of(disk, now), now)) seen[space.vault] = std::move(space);
  for (auto& [vault, space] : seen) {
    VaultSpace before;
    {
      auto state = state_.lock();
      auto& mine = (*state)[vault].space;
      space.ballast = mine.ballast;
      before = std::exchange(mine, space);
    }
    if (space.online) tell(before, space);
  }
}

void Pressure::tell(const VaultSpace& before, const VaultSpace& after) {
  if (!after.promise_fits() && before.promise_fits()) {
    const bool files = after.short_of_files();
    const auto& plan = files ? *after.files : after.plan;
    log_error(
        "event=promise-does-not-fit vault={} of={} needed={} needed_beside={} there={} days_that_fit={:.1f} "
        "estimated={}",
        after.vault, files ? "files" : "bytes", plan.need_for_promise, plan.promise_beside, plan.have,
        plan.days_that_fit, plan.estimated);
  }
  if (after.holds_endanger && !before.holds_endanger)
    log_error("event=holds-endanger-the-promise vault={} held={} needed={} there={} remedy=\"release holds that are over, or give the vault more room\"",
              after.vault, after.held, after.plan.need_for_promise, after.plan.have);
  if (after.alarm == before.alarm && after.holds_endanger == before.holds_endanger) return;
  log_warning("event=space-alarm vault={} free={} forecast=\"{}\" of={}", after.vault, after.free,
              to_string(after.alarm), after.files_first ? "files" : "bytes");
  catalogue_.append_ledger(ledger_entry(clock_.now(), {"tenured"}, "space-alarm", subject_of(after)));
}

std::vector<VaultSpace> Pressure::spaces() const {
  const auto all = *state_.lock();
  std::map<std::string, std::uint64_t> used;
  catalogue_.state().read([&](sqlite::Connection& db) {
    auto query = db.query("SELECT vault, sum(bytes) FROM segment_sum GROUP BY vault");
    while (query.step()) used[query.text(0)] = query.natural(1);
  });
  std::vector<VaultSpace> spaces;
  const auto now = clock_.now();
  for (const auto& [vault, mine] : all) {
    auto space = mine.space;
    if (space.full_at && *space.full_at <= now) {  // it was foretold up to an hour ago
      space.full_at = now;
      space.alarm = SpaceAlarm::full;
    }
    space.why = vaults_.off_line(vault);
    space.online = space.why.empty();
    space.used = used[vault];
    const auto room = space.online ? room_at(vaults_.root(vault)) : std::nullopt;
    space.free = room ? room->bytes : 0;
    if (space.files) space.free_files = room ? room->files : 0;
    if (room && is_short(*room, 1))
      space.files_first = space.files && is_short_of_files(*room, 1) && room->bytes >= options_.least_free;
    if (room && is_short(*room, 2)) space.stopped = "all cameras";
    else if (mine.nothing_left && !cameras_.lock()->low_priority.empty()) space.stopped = "cameras of low priority";
    spaces.push_back(std::move(space));
  }
  return spaces;
}

std::vector<BrokenPromise> Pressure::broken_promises(Instant since) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    std::vector<BrokenPromise> all;
    auto query = db.query("SELECT at, source, class, from_at, to_at, segments, bytes FROM broken_promise WHERE at >= ? ORDER BY at", since);
    while (query.step())
      all.push_back({query.instant(0), query.text(1), query.text(2), {query.instant(3), query.instant(4)}, query.natural(5), query.natural(6)});
    return all;
  });
}

std::string Pressure::refusal(const std::string& vault, const std::string& source) const {
  const auto room = room_at(vaults_.root(vault));
  if (!room) return "the vault " + vault + " is off line: its folder cannot be looked at";
  if (is_short(*room, 2))
    return std::string(room->bytes < options_.least_free / 2 ? "the disk is full" : "the disk can make no more files") +
           ": what is left is kept for calls";
  if (!cameras_.lock()->low_priority.contains(source)) return {};
  auto state = state_.lock();
  return (*state)[vault].nothing_left ? "the disk is full: cameras of low priority wait" : "";
}

}  // namespace tenure::storage
