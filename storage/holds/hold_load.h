// What one hold keeps that nothing else keeps, by source, in the form that forecasts need.
#pragma once
#include <map>

#include "storage/holds/kept_to_come.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

struct HoldPart {
  std::string source;
  Kind kind = Kind::camera;
  Stretches to_come;  // of what is yet to be recorded: while these last it grows, the last perhaps without an end
  bool estimated = false;       // its growth: nothing of it was recorded yet
  std::uint64_t recordings = 0;
  Duration recorded{};          // of those
  struct Row {
    std::string vault;
    Instant expires_at;
    std::uint64_t bytes = 0, files = 1;
  };
  std::vector<Row> rows;
  std::map<std::string, double> bytes_per_hour;  // by vault, while it grows; "" when none was used yet
  std::uint64_t bytes() const;
  double bytes_per_day() const;
  void stop_growing();
};

struct HoldLoad {
  std::vector<HoldPart> parts;
};

// Adds it up from all that the hold covers, one after the other. The hold has its rows in `db`.
class LoadSum {
 public:
  LoadSum(sqlite::Connection& db, const Hold& hold, const TrustedTime& time);
  void add(const SegmentRow& row);
  HoldLoad finish();

 private:
  HoldPart& part_of(const std::string& source);
  sqlite::Connection& db_;
  const Hold& hold_;
  const TrustedTime time_;
  const bool others_;  // holds in force
  std::map<std::string, HoldPart> parts_;
};

}  // namespace tenure::storage
