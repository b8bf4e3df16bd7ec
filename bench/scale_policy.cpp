// A change of policy, what status counts and what a hold's forecast reads, with 645,120 segments and 330,000 calls.
#include <fmt/format.h>

#include <algorithm>

#include "bench/scale.h"
#include "storage/holds/holds.h"
#include "storage/policy/policy_change.h"
#include "storage/space/hold_forecast.h"

namespace tenure::bench {

namespace {
const Actor kAnna{"anna", "01"}, kBen{"ben", "02"};

void say(const std::string& what, const Took& took) {
  fmt::print("{}: {:.3f} s, {:.3f} s of CPU\n", what, took.wall, took.cpu);
}

void look(Store& store) {
  Pressure::Options options;
  options.cameras.of_class = {{"cctv", kCameras}};
  Pressure pressure(options, store.catalogue, store.clock, store.vaults, store.eraser, store.state);
  Holds holds(store.catalogue, store.clock, store.state / "holds", kKek);
  std::uint64_t segments = 0;
  const auto counted = time([&] {
    for (const auto& source : store.catalogue.sources()) segments += source.segments;
  });
  say(fmt::format("status: {} recordings counted by source", segments), counted);
  say("space: plan and forecast", time([&] { pressure.look_ahead(); }));
  say("status: space", time([&] { static_cast<void>(pressure.spaces()); }));
  HoldRequest request;
  const auto now = store.clock.now();
  request.spans = {{"cam03", {now - std::chrono::days(9), now - std::chrono::days(2)}}};
  request.reason = "a request";
  request.authority = "manager";
  request.review = now + std::chrono::days(30);
  HoldLoad load;
  say("hold of a camera's week: preview", time([&] { holds.preview(request, kAnna, load); }));
  say("hold of a camera's week: forecast", time([&] { static_cast<void>(forecast_hold(pressure, load)); }));
}
}  // namespace

// Each run leaves a change behind that is in force, so the next one begins with a shorter period.
void policy(const Path& folder) {
  Store store(folder);
  say("made or found", time([&] { fill(store, /*all_files=*/false); }));
  fmt::print("load {:.1f}\n", load());
  look(store);
  const auto now = store.catalogue.policy();
  const auto days = std::ranges::find(now, "cctv", &PolicyRow::cls)->period.days;
  PolicyChanges changes(store.catalogue, store.clock, /*trial=*/false);
  Approvals approvals(store.catalogue, store.clock);
  PolicyWish wish;
  wish.cls = "cctv";
  wish.period.days = days - 7;
  PolicyPreview preview;
  const auto shown = time([&] { preview = changes.preview(wish); });
  say(fmt::format("preview of {} days instead of {}: {} fall due, {} end sooner", days - 7, days,
                  preview.falls_due.recordings, preview.sooner.recordings), shown);
  const auto approval = approvals.approve(approvals.ask(PolicyChanges::kAct, approval_subject(preview), "less", kAnna).id, kBen);
  say("change, accepted", time([&] { changes.change(preview.wish, preview.token, "less", kAnna, approval.id); }));
  store.clock.set({preview.effective_at, preview.effective_at});
  say("change, in force and every expiry brought forward", time([&] { apply_due_policies(store.catalogue, store.clock); }));
  const auto made = changes.versions().back();
  fmt::print("{} recordings brought forward, complete: {}\n", made.dated, made.all_dated);
}

}  // namespace tenure::bench
