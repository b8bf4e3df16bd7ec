// What was promised, said a second time in few words and nothing shared with storage/: hours instead of instants, its own
// calendar, lists instead of a catalogue. tests/storage/retention_oracle_test.cpp holds the real thing against it.
#pragma once
#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace oracle {

using Hour = long;
constexpr Hour kNever = 1L << 40, kDay = 24;
struct Term { int months, days; bool from_start; };
struct Rule { Term term; Hour since; };
struct Item { int cls, source; Hour from, to; bool gone = false; };
struct Keep { int source; Hour from, to, until = kNever; std::set<std::size_t> missed{}; };  // counts until then

inline long day_number(long y, long m, long d) {  // days since 1 March of the year 0
  y -= m <= 2;
  return 365 * y + y / 4 - y / 100 + y / 400 + (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
}
inline Hour later(Hour at, const Term& term) {
  const long epoch = day_number(1970, 1, 1), day = at / kDay;
  long year = 1970 + day / 366;
  while (day_number(year + 1, 1, 1) - epoch <= day) ++year;
  long month = 1;
  while (month < 12 && day_number(year, month + 1, 1) - epoch <= day) ++month;
  const long number = day - (day_number(year, month, 1) - epoch), whole = year * 12 + month - 1 + term.months;
  const long y = whole / 12, m = whole % 12 + 1, next = whole + 1;
  const long length = day_number(next / 12, next % 12 + 1, 1) - day_number(y, m, 1);
  return (day_number(y, m, 1) + std::min(number, length - 1) - epoch + term.days) * kDay + at % kDay;
}

struct Model {
  std::map<int, std::vector<Rule>> rules, waiting;  // by class; waiting: at most one, `since` is when it is to begin
  std::vector<Item> items;
  std::vector<Keep> keeps;

  Hour due(const Item& item) {
    Hour end = kNever;
    const auto& all = rules[item.cls];
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i + 1 == all.size() || all[i + 1].since > item.from) end = std::min(end, later(all[i].term.from_start ? item.from : item.to, all[i].term));
    return end;
  }
  bool kept(std::size_t i, Hour at) {
    return std::any_of(keeps.begin(), keeps.end(), [&](const Keep& k) {
      return k.until > at && k.source == items[i].source && k.from < items[i].to && items[i].from < k.to && !k.missed.contains(i);
    });
  }
  void place(Keep keep, Hour lo) {
    for (std::size_t i = 0; i < items.size(); ++i)
      if (due(items[i]) <= lo && !kept(i, lo)) keep.missed.insert(i);
    keeps.push_back(keep);
  }
  void sweep(Hour lo) {
    for (auto& [cls, wait] : waiting)
      if (!wait.empty() && wait[0].since <= lo) rules[cls].push_back({wait[0].term, lo}), wait.clear();
    for (std::size_t i = 0; i < items.size(); ++i) items[i].gone = items[i].gone || (due(items[i]) <= lo && !kept(i, lo));
  }
  bool readable(std::size_t i, bool manager, Hour lo, Hour hi) {
    return !items[i].gone && (due(items[i]) > hi || kept(i, kNever - 1) || (manager && kept(i, lo)));
  }
};

}  // namespace oracle
