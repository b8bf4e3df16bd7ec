#include "storage/recording/downtime.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr auto kBareStarts = "recorded-only";
constexpr std::size_t kMostBareStarts = 1 << 20;
// A start breaks off what was recorded, however fast it was; less is a camera's clock. Were up to a second let pass as
// jitter here and another until the first picture, two seconds would be told by nobody.
constexpr Duration kLeast = std::chrono::milliseconds(100);
// An outage is told every minute, a segment lasts two at most, and a clean stop saves the mark last.
constexpr Duration kFollowed = std::chrono::minutes(5);
constexpr Duration kShortest = Duration(1);
constexpr std::size_t kLongestMark = 4096;

// By the beginnings, which are indexed: the recordings and gaps of one camera follow each other.
std::optional<Accounted> last_of(sqlite::Connection& db, const std::string& source, Instant before) {
  std::optional<Accounted> last;
  for (const auto* table : {"segment", "gap"}) {
    auto query = db.query(std::string("SELECT end_at, line FROM ") + table +
                              " WHERE source = ? AND start_at < ? ORDER BY start_at DESC LIMIT 1",
                          source, before);
    if (query.step() && (!last || query.instant(0) > last->until)) last = {query.instant(0), query.maybe_instant(1)};
  }
  return last;
}

// The same of what was stamped on `line` until `now`: what a restore brought may lie later than such a clock, and says
// nothing of when the daemon lived on it.
std::optional<Accounted> last_on(sqlite::Connection& db, const std::string& source, Instant line, Instant now) {
  std::optional<Accounted> last;
  for (const auto* table : {"segment", "gap"}) {
    auto query = db.query(std::string("SELECT end_at FROM ") + table +
                              " WHERE source = ? AND line = ? AND start_at < ? ORDER BY start_at DESC LIMIT 1",
                          source, line, now);
    if (query.step() && (!last || query.instant(0) > last->until)) last = {query.instant(0), line};
  }
  return last;
}

// A camera that was accounted for until before its catalogue was restored: what it recorded behind the backup is not known.
// On a doubtful line, which may lie earlier, the restore is of that line and the camera is not.
bool is_behind_restore(Catalogue& catalogue, const Accounted& last, const TrustedTime& time) {
  const auto behind = time.line && last.line != time.line ? *time.line - Duration(1) : last.until;
  return catalogue.state().read([&](sqlite::Connection& db) {
    return db.query("SELECT 1 FROM ledger WHERE act = 'restore' AND at > ? AND at <= ? LIMIT 1", behind, time.best()).step();
  });
}

// Once `settled` is: what still stands on that line is being recorded now, is moved when it is committed, and says nothing
// of where it lies.
std::optional<Instant> next_of(sqlite::Connection& db, const std::string& source, Instant after, Instant settled) {
  std::optional<Instant> next;
  for (const auto* table : {"segment", "gap"}) {
    auto query = db.query(std::string("SELECT min(start_at) FROM ") + table +
                              " WHERE source = ? AND start_at > ? AND line IS NOT ?",
                          source, after, settled);
    if (query.step())
      if (const auto found = query.maybe_instant(0)) next = next ? std::min(*next, *found) : *found;
  }
  return next;
}
}  // namespace

std::optional<Interval> downtime(const Accounted& last, Instant lived, const TrustedTime& start) {
  const auto from = lived - last.until > kFollowed ? lived : last.until;
  if (start.best() - from >= kLeast) return Interval{from, start.best()};
  const bool begun_in_doubt = start.line && start.line != last.line;
  if (!begun_in_doubt) return std::nullopt;
  return Interval{from, std::max(start.best(), from + kShortest)};
}

std::optional<Instant> lived_until(const std::string& mark_file) {
  try {
    const auto mark = parse_clock_mark(as_text(read_whole(mark_file, kLongestMark)));
    if (mark) return mark->time;
  } catch (const Error& error) {
    log_debug("event=no-clock-mark cause=\"{}\"", error.what());
  }
  return std::nullopt;
}

namespace {
// Every camera tells until when the daemon lived, also one that is no longer in the settings.
void tell_before(Catalogue& catalogue, const TrustedTime& time, const std::vector<config::Camera>& cameras,
                 const std::optional<Instant>& marked, Instant before, const char* cause) {
  std::map<std::string, Accounted> known, on_line;
  catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query("SELECT name FROM source WHERE kind = 0");
    while (query.step()) {
      const auto name = query.text(0);
      if (const auto last = last_of(db, name, before)) known.emplace(name, *last);
      if (!time.line) continue;
      if (const auto last = last_on(db, name, *time.line, std::min(before, time.best()))) on_line.emplace(name, *last);
    }
  });
  auto lived = marked.value_or(Instant{});
  for (const auto& [name, last] : on_line.empty() ? known : on_line) lived = std::max(lived, last.until);
  for (const auto& [name, last] : on_line) known.insert_or_assign(name, last);
  for (const auto& camera : cameras) {
    const auto last = known.find(camera.name);
    const auto gap = last == known.end() ? std::nullopt : downtime(last->second, lived, time);
    if (!gap) continue;
    catalogue.add_gap({camera.name, *gap, is_behind_restore(catalogue, last->second, time) ? kRestored : cause, time.line});
  }
}

json::value micros_or_null(const std::optional<Instant>& at) {
  return at ? json::value(micros_of(*at)) : json::value(nullptr);
}
std::optional<Instant> maybe_instant(const json::value& micros) {
  return micros.is_null() ? std::optional<Instant>() : instant_from_micros(micros.as_int64());
}
}  // namespace

void note_bare_start(const Path& state, const BareStart& start) {
  try {
    std::string text;
    if (boost::filesystem::exists(state / kBareStarts)) text = as_text(read_whole(state / kBareStarts, kMostBareStarts));
    text += json::serialize(json::object{{"lo", micros_of(start.time.lo)},
                                         {"hi", micros_of(start.time.hi)},
                                         {"line", micros_or_null(start.time.line)},
                                         {"lived", micros_or_null(start.lived)},
                                         {"again", start.again}}) +
            "\n";
    if (text.size() < kMostBareStarts) write_durably(state / kBareStarts, as_view(text));
  } catch (const std::exception& error) {
    log_error("event=bare-start-not-noted cause=\"{}\" effect=\"tenure gaps does not show the time before it\"", error.what());
  }
}

std::vector<BareStart> bare_starts(const Path& state) {
  std::vector<BareStart> all;
  try {
    if (!boost::filesystem::exists(state / kBareStarts)) return all;
    const auto bytes = read_whole(state / kBareStarts, kMostBareStarts);
    std::istringstream lines{std::string(as_text(bytes))};
    for (std::string line; std::getline(lines, line);) {
      const auto one = json::parse(line);
      TrustedTime time{instant_from_micros(one.at("lo").as_int64()), instant_from_micros(one.at("hi").as_int64())};
      time.line = maybe_instant(one.at("line"));
      all.push_back({time, maybe_instant(one.at("lived")), one.at("again").as_bool()});
    }
  } catch (const std::exception& error) {
    log_error("event=bare-starts-not-read cause=\"{}\" effect=\"tenure gaps does not show the time before them\"", error.what());
  }
  return all;
}

void forget_bare_starts(const Path& state) {
  if (remove_file(state / kBareStarts)) sync_directory(state);
}

void tell_downtime(Catalogue& catalogue, const Clock& clock, const std::vector<config::Camera>& cameras,
                   const std::optional<Instant>& marked, const std::vector<BareStart>& bare, bool again) {
  try {
    const auto time = clock.trusted();
    for (const auto& start : bare) {
      if (start.time.line && start.time.line != time.line) continue;  // settled meanwhile: nobody knows where it lies now
      tell_before(catalogue, start.time, cameras, start.lived, start.time.best(), start.again ? kStartingAgain : kNotRunning);
    }
    tell_before(catalogue, time, cameras, marked, Instant::max(), again ? kStartingAgain : kNotRunning);
  } catch (const std::exception& error) {
    log_error("event=downtime-not-told cause=\"{}\" effect=\"tenure gaps does not show it\"", error.what());
  }
}

std::vector<Gap> take_downtimes(sqlite::Connection& db, Instant line) {
  std::vector<Gap> taken;
  auto query = db.query("SELECT source, start_at, end_at, cause FROM gap WHERE line = ? AND cause IN (?, ?, ?)", line,
                        std::string(kNotRunning), std::string(kStartingAgain), std::string(kRestored));
  while (query.step()) taken.push_back({query.text(0), {query.instant(1), query.instant(2)}, query.text(3)});
  std::erase_if(taken, [&](const Gap& gap) {
    const auto before = last_of(db, gap.source, gap.span.from);
    return before && before->line == line;  // both its ends are on the line: it moves as a whole
  });
  for (const auto& gap : taken)
    db.run("DELETE FROM gap WHERE source = ? AND start_at = ? AND end_at = ?", gap.source, gap.span.from, gap.span.to);
  return taken;
}

void put_back_downtimes(sqlite::Connection& db, const std::vector<Gap>& taken, Instant line, Duration offset) {
  for (const auto& gap : taken) {
    // Where the line lay before what was recorded last, as after a restore, the gap has no end yet: it ended with the line's
    // beginning.
    auto end = (gap.span.to - gap.span.from <= kShortest ? line : gap.span.to) + offset;
    if (const auto next = next_of(db, gap.source, gap.span.from, line)) end = std::min(end, *next);
    if (end - gap.span.from < kLeast) continue;
    db.run("INSERT OR IGNORE INTO gap(source, start_at, end_at, cause) VALUES(?, ?, ?, ?)", gap.source, gap.span.from,
           end, gap.cause);
  }
}

}  // namespace tenure::storage
