// What one hold keeps that nothing else keeps, by source, in the form that forecasts need.
#pragma once
#include "storage/holds/holds.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

struct HoldPart {
  std::string source;
  Kind kind = Kind::camera;
  bool open = false;            // has no end: grows
  bool estimated = false;       // its growth: nothing of it was recorded yet
  std::uint64_t recordings = 0;
  Duration recorded{};          // of those
  struct Row {
    std::string vault;
    Instant expires_at;
    std::uint64_t bytes = 0;
  };
  std::vector<Row> rows;
  std::map<std::string, double> bytes_per_hour;  // by vault; "" when none was used yet
  std::uint64_t bytes() const;
  double bytes_per_day() const;
};

struct HoldLoad {
  std::vector<HoldPart> parts;
};

// Of a hold that has its rows in `db` and covers `covered`.
HoldLoad load_of(sqlite::Connection& db, const Hold& hold, const std::vector<SegmentRow>& covered, const TrustedTime& time);

}  // namespace tenure::storage
