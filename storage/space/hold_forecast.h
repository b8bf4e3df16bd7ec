// What a hold costs, before it is placed and after: how much it keeps that nothing else keeps, how fast it grows, and what
// becomes of the forecast. It is never refused for that; where it endangers what was promised, narrower ones are offered.
// Where holds in force did so before it, it does too only when the day comes notably nearer by it.
#pragma once
#include "storage/holds/hold_load.h"
#include "storage/space/pressure.h"

namespace tenure::storage {

struct HoldOffer {
  std::string text;               // what to name instead
  std::uint64_t bytes = 0;
  double bytes_per_day = 0;
  bool endangers = false;         // even so
};

struct HoldForecast {
  std::uint64_t recordings = 0, bytes = 0;  // that only this hold keeps
  double bytes_per_day = 0;                 // what it grows by until its end, while it has none for ever
  std::optional<Instant> grows_until;       // none: has no end, or does not grow
  bool estimated = false;                   // nothing was measured yet
  bool endangers = false;                   // by it some vault does not hold what was promised
  bool endangered_already = false;          // by holds in force, in a vault whose room it takes
  std::vector<VaultSpace> before, after;
  std::vector<HoldOffer> narrower;          // only when it endangers
};

HoldForecast forecast_hold(const Pressure& pressure, const HoldLoad& load);
// Of one that is in force already: `before` is without it.
HoldForecast forecast_of_placed(const Pressure& pressure, const HoldLoad& load);

}  // namespace tenure::storage
