#include "storage/space/hold_forecast.h"

#include <algorithm>
#include <cmath>

namespace tenure::storage {

namespace {
constexpr std::size_t kMostOffers = 3;
constexpr Duration kLong = std::chrono::hours(1);
constexpr Duration kNotable = std::chrono::days(1);

struct Candidate {
  std::string text;
  HoldLoad load;
};

double growth_of(const HoldLoad& load) {
  double all = 0;
  for (const auto& part : load.parts) all += part.bytes_per_day();
  return all;
}

std::optional<Instant> end_of(const HoldLoad& load) {
  std::optional<Instant> end;
  for (const auto& part : load.parts)
    if (!part.to_come.empty()) end = std::max(end, std::optional(part.to_come.back().to));
  return end == kOpenEnd ? std::nullopt : end;
}

std::uint64_t bytes_of(const HoldLoad& load) {
  std::uint64_t all = 0;
  for (const auto& part : load.parts) all += part.bytes();
  return all;
}

// What holds keep in another vault of the same file system takes this one's room too.
bool holds_endanger(const std::vector<VaultSpace>& spaces, const VaultSpace& vault) {
  return std::ranges::any_of(spaces, [&](const VaultSpace& one) {
    return one.holds_endanger && (one.vault == vault.vault || std::ranges::count(vault.shares, one.vault) > 0);
  });
}

bool is_earlier(const std::optional<Instant>& before, const std::optional<Instant>& after, Duration least) {
  return after && (!before || *before - *after >= least);
}

struct Harm {
  bool endangers = false, already = false;
};

// Some vault that it fills up, or fills up earlier; where other holds do so without it: by a day, or by an alarm.
Harm harm_of(const std::vector<VaultSpace>& before, const std::vector<VaultSpace>& after) {
  Harm harm;
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
    const bool adds = after[i].held > before[i].held || is_earlier(before[i].full_at, after[i].full_at, Duration(1));
    if (!adds || !after[i].holds_endanger) continue;
    const bool already = holds_endanger(before, before[i]);
    const bool notable =
        is_earlier(before[i].full_at, after[i].full_at, kNotable) || after[i].alarm > before[i].alarm;
    harm.already |= already;
    harm.endangers |= !already || notable;
  }
  return harm;
}

std::vector<const HoldPart*> cameras_by_size(const HoldLoad& load) {
  std::vector<const HoldPart*> cameras;
  for (const auto& part : load.parts)
    if (part.kind == Kind::camera) cameras.push_back(&part);
  std::stable_sort(cameras.begin(), cameras.end(), [](const auto* a, const auto* b) {
    return a->bytes() + static_cast<std::uint64_t>(a->bytes_per_day()) < b->bytes() + static_cast<std::uint64_t>(b->bytes_per_day());
  });
  return cameras;
}

// The same until now, the same with one camera, an hour of the same: calls stay in each.
std::vector<Candidate> narrower_ones(const HoldLoad& load) {
  std::vector<Candidate> all;
  if (growth_of(load) > 0) {
    auto ended = load;
    for (auto& part : ended.parts) part.stop_growing();
    all.push_back(
        {end_of(load) ? "the same with an earlier end: --to now" : "the same with an end: --to now", std::move(ended)});
  }
  const auto cameras = cameras_by_size(load);
  for (std::size_t i = 0; cameras.size() > 1 && i < std::min(cameras.size(), kMostOffers); ++i) {
    HoldLoad one;
    for (const auto& part : load.parts)
      if (part.kind == Kind::calls || part.source == cameras[i]->source) one.parts.push_back(part);
    all.push_back({"one camera only: --source " + cameras[i]->source, std::move(one)});
  }
  Duration longest{};
  HoldLoad hour;
  for (auto part : load.parts) {
    if (part.kind == Kind::camera && part.recorded > kLong) {
      longest = std::max(longest, part.recorded);
      const auto share = static_cast<double>(kLong.count()) / static_cast<double>(part.recorded.count());
      const auto files = static_cast<std::size_t>(std::ceil(share * static_cast<double>(part.rows.size())));
      for (std::size_t i = 0; i < part.rows.size(); ++i) {
        auto& row = part.rows[i];
        row.bytes = static_cast<std::uint64_t>(static_cast<double>(row.bytes) * share);
        row.files = i < files ? 1 : 0;
      }
      part.stop_growing();
    }
    hour.parts.push_back(std::move(part));
  }
  if (longest > kLong) all.push_back({"the exact minutes: one hour of it is about this much", std::move(hour)});
  return all;
}
}  // namespace

static HoldForecast forecast(const Pressure& pressure, const HoldLoad& load, const HoldLoad* placed) {
  HoldForecast forecast;
  for (const auto& part : load.parts) {
    forecast.recordings += part.recordings;
    forecast.estimated |= part.estimated;
  }
  forecast.bytes = bytes_of(load);
  forecast.bytes_per_day = growth_of(load);
  if (forecast.bytes_per_day > 0) forecast.grows_until = end_of(load);
  const auto candidates = narrower_ones(load);
  std::vector<HoldLoad> loads{{}, load};
  for (const auto& one : candidates) loads.push_back(one.load);
  auto spaces = pressure.with_holds(loads, placed);
  const auto harm = harm_of(spaces[0], spaces[1]);
  forecast.endangers = harm.endangers;
  forecast.endangered_already = harm.already;
  for (std::size_t i = 0; forecast.endangers && i < candidates.size(); ++i)
    forecast.narrower.push_back({candidates[i].text, bytes_of(candidates[i].load), growth_of(candidates[i].load),
                                 harm_of(spaces[0], spaces[i + 2]).endangers});
  forecast.before = std::move(spaces[0]);
  forecast.after = std::move(spaces[1]);
  return forecast;
}

HoldForecast forecast_hold(const Pressure& pressure, const HoldLoad& load) { return forecast(pressure, load, nullptr); }
HoldForecast forecast_of_placed(const Pressure& pressure, const HoldLoad& load) { return forecast(pressure, load, &load); }

}  // namespace tenure::storage
