#include "storage/space/pressure.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
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

constexpr std::uint64_t kLeastInodes = 512;  // always left free: one is a file, whatever its size

// Nothing when it cannot be told: the folder is gone or its disk does not answer. That is not a full disk.
std::optional<Room> room_at(const Path& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  // Some file systems make inodes as they go, and count none.
  return Room{std::uint64_t{info.f_bavail} * info.f_frsize, info.f_files == 0 ? UINT64_MAX : std::uint64_t{info.f_favail}};
}

Room without(const Room& room, const Room& gone) {
  return {room.bytes - std::min(room.bytes, gone.bytes), room.inodes - std::min(room.inodes, gone.inodes)};
}

// The oldest of a vault's CCTV that nothing keeps, behind `place`, until what is missing is together.
std::vector<SegmentRow> oldest(sqlite::Connection& db, const std::string& vault, const Room& missing, const TrustedTime& time,
                               ShedPlace& place) {
  static const std::string sql = "SELECT" + kSegmentColumns + "FROM segment s WHERE s.kind = 0 AND s.vault = ?1 AND s.state = 1"
                                 " AND (s.start_at, s.id) > (?2, ?3) ORDER BY s.start_at, s.id";
  std::vector<SegmentRow> rows;
  std::uint64_t together = 0;
  auto query = db.query(sql, vault, place.start, place.id);
  for (std::size_t looked = 0; looked < kMostLooked && rows.size() < kBatch && (together < missing.bytes || rows.size() < missing.inodes); ++looked) {
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
  for (const auto& vault : vaults_.names())
    next([&] { if (vaults_.online(vault)) relieve_one(vault); });
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
  if (room->bytes > 4 * options_.ballast && room->inodes > 4 * kInodes) {
    ballast.hold();
  } else if ((room->bytes < options_.ballast / 4 || room->inodes < kInodes / 4) && ballast.release()) {
    log_error("event=ballast-released folder=state free={} inodes={}", room->bytes, room->inodes);
  }
}

void Pressure::relieve_one(const std::string& vault) {
  const Room wanted{options_.least_free + options_.least_free / 4, kLeastInodes + kLeastInodes / 4};
  bool nothing_left = false;
  const auto found = room_at(vaults_.root(vault));
  if (!found) return;
  auto room = *found;
  if (is_short(room, 1)) {
    nothing_left = !options_.delete_oldest;
    ShedPlace place;
    // Counted by what went, not by what the disk then shows: a file that is still being read gives its room back later,
    // and nothing more must go for that.
    Room went;
    const auto lacking = [&] { return without(without(without(wanted, *found), went), waiting(vault)); };
    for (auto missing = lacking(); (missing.bytes > 0 || missing.inodes > 0) && !nothing_left; missing = lacking()) {
      const auto gone = shed_with_ballast(vault, missing, place);
      nothing_left = !place.more && gone.inodes == 0;
      went = {went.bytes + gone.bytes, went.inodes + gone.inodes};
    }
    room = room_at(vaults_.root(vault)).value_or(room);
  }
  if (room.bytes >= wanted.bytes && room.inodes >= wanted.inodes) hold_ballast(vault);
  auto state = state_.lock();
  auto& mine = (*state)[vault];
  if (nothing_left && !mine.nothing_left)
    log_error("event=disk-full vault={} free={} inodes={} remedy=\"release holds that are over, or give the vault more room\"", vault,
              room.bytes, room.inodes);
  mine.nothing_left = nothing_left;
  mine.space.free = room.bytes;
}

// Below one part in `parts` of what is always left free.
bool Pressure::is_short(const Room& room, std::uint64_t parts) const {
  return room.bytes < options_.least_free / parts || room.inodes < kLeastInodes / parts;
}

// What went; nothing when there is nothing that may go.
Room Pressure::shed(const std::string& vault, const Room& missing, ShedPlace& place) {
  const auto gone = eraser_.erase(Cause::pressure, [&](Catalogue::Transaction& transaction, const TrustedTime& time) {
    return oldest(transaction.db, vault, missing, time, place);
  });
  if (gone.empty()) return {};
  log_error("event=promise-broken vault={} segments={} bytes={} oldest={} cause=\"the disk is full\"", vault, gone.size(),
            bytes_of(gone), to_rfc3339(gone.front().span.from));
  return {bytes_of(gone), gone.size()};
}

// Deleting writes a little itself: when even that finds no room, the ballast gives it.
Room Pressure::shed_with_ballast(const std::string& vault, const Room& missing, ShedPlace& place) {
  try {
    return shed(vault, missing, place);
  } catch (const Error& error) {
    bool freed = ballasts_.at("").release();
    freed |= ballasts_.at(vault).release();
    log_error("event=ballast-released vault={} cause=\"{}\"", vault, log_safe(error.what()));
    if (!freed) throw;
    auto finished = eraser_.finish_condemned();
    std::erase_if(finished, [&](const SegmentRow& row) { return row.vault != vault; });
    const Room gone{bytes_of(finished), finished.size()};
    const auto rest = without(missing, gone);
    place = {};  // what was chosen may not have been marked
    const auto more = rest.bytes > 0 || rest.inodes > 0 ? shed(vault, rest, place) : Room{};
    return {gone.bytes + more.bytes, gone.inodes + more.inodes};
  }
}

// Condemned, and not let go by its disk: to condemn more instead would break promises and make no room.
Room Pressure::waiting(const std::string& vault) const {
  return catalogue_.state().read([&](sqlite::Connection& db) {
    auto query = db.query("SELECT coalesce(sum(bytes), 0), count(*) FROM segment WHERE state = 2 AND vault = ?", vault);
    query.step();
    return Room{query.natural(0), query.natural(1)};
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
  if (!after.plan.promise_fits() && before.plan.promise_fits())
    log_error(
        "event=promise-does-not-fit vault={} needed={} needed_beside={} there={} days_that_fit={:.1f} estimated={}",
        after.vault, after.plan.need_for_promise, after.plan.promise_beside, after.plan.have, after.plan.days_that_fit,
        after.plan.estimated);
  if (after.holds_endanger && !before.holds_endanger)
    log_error("event=holds-endanger-the-promise vault={} held={} needed={} there={} remedy=\"release holds that are over, or give the vault more room\"",
              after.vault, after.held, after.plan.need_for_promise, after.plan.have);
  if (after.alarm == before.alarm && after.holds_endanger == before.holds_endanger) return;
  log_warning("event=space-alarm vault={} free={} forecast=\"{}\"", after.vault, after.free, to_string(after.alarm));
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
  if (is_short(*room, 2)) return "the disk is full: what is left is kept for calls";
  if (!cameras_.lock()->low_priority.contains(source)) return {};
  auto state = state_.lock();
  return (*state)[vault].nothing_left ? "the disk is full: cameras of low priority wait" : "";
}

}  // namespace tenure::storage
