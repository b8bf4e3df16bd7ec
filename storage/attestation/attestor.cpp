// attest(): walks everything once, waits, and looks a second time at what looked wrong.
#include <algorithm>
#include "base/error.h"
#include "storage/attestation/backups.h"
#include "storage/attestation/damaged.h"
#include "storage/attestation/judge.h"
#include "storage/attestation/outside_look.h"
#include "storage/attestation/providers.h"
#include "storage/attestation/unclaimed.h"
#include "storage/attestation/vault_look.h"
#include "storage/attestation/walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
using namespace attestation;

namespace {
constexpr std::uint64_t kTellEvery = 20'000;
constexpr Duration kFuture = std::chrono::minutes(5);
constexpr Duration kRecent = std::chrono::days(31);
constexpr Duration kWide = Seconds(65);
constexpr std::size_t kLongestPlace = 300;
// What looked wrong is kept in memory for the second look; what is wrong with more of them than this is no accident of
// the moment.
constexpr std::size_t kMostAgain = 50'000;

// A vault or state folder that is a file system of its own has the folder of that system's repairs, for root alone:
// unseen() names it.
bool is_of_repairs(const Path& top, const Path& folder) { return folder == top / "lost+found"; }

class Attestor {
 public:
  explicit Attestor(const AttestationOrder& order)
      : order_(order),
        catalogue_(order.state / "catalogue" / "catalogue.db"),
        keys_(order.state / "keys"),
        judge_(order, catalogue_, keys_),
        backups_(order, catalogue_, [this] { check_cancelled(); }),
        seen_(keys_.slots()) {}

  Attestation run() {
    report_.at = order_.time.lo;
    report_.time = order_.time;
    report_.time_in_words = order_.time_in_words;
    report_.trial = order_.trial;
    report_.practice = order_.practice;
    report_.spaces = order_.spaces;
    report_.ledger = order_.ledger;
    for (const auto& [name, promise] : judge_.promises())
      classes_[name] = {name, to_string(promise.period), promise.from_end, 0, 0, 0, {}, {}, {}, 0, 0};
    look_at_vaults();
    look_at_state();
    catalogue_.each_row([this](const RowLook& row) { look_at_row(row); });
    look_at_keys();
    go_on(0.92, "backups");
    backups_.look();
    look_again();
    tell_damaged(catalogue_, judge_, findings_, classes_);
    backups_.tell(findings_, report_.backups);
    look_at_holds();
    look_at_time_and_ledger();
    look_at_call_folders();
    report_.providers = judge_providers(order_.providers, judge_.promises(), order_.time.lo);
    for (auto& [name, one] : classes_) report_.classes.push_back(std::move(one));
    const auto since = order_.time.lo - kRecent;
    report_.gaps = catalogue_.gaps(since);
    report_.acts = catalogue_.acts(since);
    report_.rollbacks = catalogue_.rollbacks(since, order_.time.line);
    report_.erasures = catalogue_.erasures(since);
    report_.deleted_early = catalogue_.deleted_early(since);
    report_.unknown_files = judge_.unknown_files;
    if (const auto count = report_.not_looked_at; count > 0)
      findings_.say_more(Fault::folder_unread, ", where " + std::to_string(count) + " recording" + (count == 1 ? " belongs" : "s belong"));
    if (maybe_due_ > 0 && order_.time.hi - order_.time.lo > kWide)
      findings_.say_more(Fault::missing_file,
                         "; the time is in doubt, and of " + std::to_string(maybe_due_) + " the date may be over");
    unclaimed_.tell(findings_, !unread_.empty());
    report_.findings = findings_.take();
    return std::move(report_);
  }

 private:
  void check_cancelled() const {
    if (order_.cancelled && *order_.cancelled)
      throw Error(ErrorKind::unavailable, "The promise report was cut short: tenured is stopping.");
  }

  void go_on(double share, const std::string& what) {
    check_cancelled();
    order_.progress(share, what);
  }

  void look_at_vaults() {
    auto known = catalogue_.vault_ids();
    for (const auto& vault : order_.vaults) {
      const auto id = known[vault.name];
      known.erase(vault.name);
      if (!is_right_vault(vault, id)) {
        findings_.add(Fault::vault_off_line, {{}, {}, vault.name, {}});
        continue;
      }
      judge_.set_on_line(vault.name);
      walk(
          vault.path, [&](const Path& path, bool folder) { return look_in_vault(vault, path, folder); },
          [&](const Path& folder) {
            if (is_of_repairs(vault.path, folder)) return;
            unread_.insert(folder);
            unread(vault.name + ":" + folder.lexically_relative(vault.path).string());
          });
    }
    for (const auto& [name, id] : known) findings_.add(Fault::vault_off_line, {{}, {}, name, {}});
  }

  template <typename All, typename Make>
  void look_twice(const std::optional<Problem>& problem, All& again, const Make& make) {
    if (!problem) return;
    if (again.size() < kMostAgain)
      again.push_back(make());
    else
      take(problem);
  }

  bool look_in_vault(const VaultPlace& vault, const Path& path, bool folder) {
    check_cancelled();
    const bool top = path.parent_path() == vault.path;
    if (folder || (top && path.filename() == "tenure-vault")) return true;
    if (++report_.files % kTellEvery == 0)
      go_on(0.1 + 0.6 * static_cast<double>(report_.files) / static_cast<double>(report_.files + 100'000), "files");
    if (path.lexically_relative(vault.path).begin()->string() == "quarantine") ++report_.quarantined;
    std::optional<RowLook> row;
    const auto problem = judge_.file_in_vault(vault, path, &row);
    look_twice(problem, files_again_, [&] { return std::pair(&vault, path); });
    if (!row) return true;
    count(*row);
    if (!problem && row->slot < seen_.size()) seen_[row->slot] = true;
    return true;
  }

  void count(const RowLook& row) {
    if (row.state != State::live) return;
    auto& one = classes_[row.cls];
    one.name = row.cls;
    ++one.recordings;
    one.bytes += row.bytes;
    one.oldest = std::min(one.oldest.value_or(row.start), row.start);
    one.newest = std::max(one.newest.value_or(row.start), row.start);
    if (row.expires_at > order_.time.lo) {
      one.next_end = std::min(one.next_end.value_or(row.expires_at), row.expires_at);
    } else if (catalogue_.is_held(row, order_.time.lo)) {
      ++one.kept_by_holds;
      one.bytes_kept_by_holds += row.bytes;
    }
  }

  bool is_looked_at_elsewhere(const Path& folder) const {
    const auto is = [&](const auto& place) { return fs::weakly_canonical(place.path) == fs::weakly_canonical(folder); };
    return std::ranges::any_of(order_.vaults, is) || std::ranges::any_of(order_.call_folders, is) ||
           backups_.is_backup_folder(folder);
  }

  void look_at_state() {
    go_on(0.7, "other folders");
    const auto look = [&](const Path& path, bool folder) {
      if (folder) return !is_looked_at_elsewhere(path);
      look_twice(judge_stray(path), strays_again_, [&] { return path; });
      return true;
    };
    walk(order_.state, look, [&](const Path& folder) {
      if (!is_of_repairs(order_.state, folder)) unread(folder.lexically_relative(order_.state).string());
    });
  }

  std::optional<Problem> judge_stray(const Path& path) {
    const auto place = path.lexically_relative(order_.state).string();
    const auto own = own_at(place);
    return own == Own::none ? judge_.stray(path, place.starts_with("staging/")) : judge_.hidden(path, own);
  }

  void unread(const std::string& place) {
    findings_.add(Fault::folder_unread, {{}, {}, place.substr(0, kLongestPlace), {}});
  }

  // Its own place is in a folder of a vault that could not be looked into.
  bool is_unread(const RowLook& row) const {
    if (unread_.empty() || row.state != State::live) return false;
    for (const auto& vault : order_.vaults)
      for (auto place = vault.path / Judge::own_place(row); vault.name == row.vault && !place.empty(); place = place.parent_path())
        if (unread_.contains(place)) return true;
    return false;
  }

  void look_at_row(const RowLook& row) {
    check_cancelled();
    if (row.state == State::lost && !judge_.is_over(row)) ++classes_[row.cls].lost;
    if (row.slot < seen_.size() && seen_[row.slot] && judge_.owns_alone(row)) return;
    if (is_unread(row)) {
      ++report_.not_looked_at;
      return;
    }
    look_twice(judge_.row(row), rows_again_, [&] { return row; });
  }

  void look_at_keys() {
    go_on(0.9, "keys");
    keys_.each([&](std::uint64_t slot, KeyState state) {
      (state == KeyState::erased ? report_.keys_erased : report_.keys_live) += 1;
      look_twice(judge_.key(slot), keys_again_, [&] { return slot; });
    });
  }

  void take(const std::optional<Problem>& problem) {
    if (!problem || unclaimed_.take(*problem)) return;
    findings_.add(problem->fault, problem->where);
    const auto due = problem->where.since.value_or(order_.time.hi + kWide);
    if (problem->fault == Fault::missing_file && due > order_.time.lo && due <= order_.time.hi) ++maybe_due_;
  }

  void look_again() {
    if (files_again_.empty() && strays_again_.empty() && rows_again_.empty() && keys_again_.empty() &&
        !backups_.has_problems())
      return;
    order_.settle();
    go_on(0.95, "a second look");
    judge_.read_slots();
    for (const auto& [vault, file] : files_again_) take(judge_.file_in_vault(*vault, file));
    for (const auto& file : strays_again_)
      if (fs::exists(file)) take(judge_stray(file));
    for (const auto& row : rows_again_) take(judge_.row(row));
    for (const auto slot : keys_again_) take(judge_.key(slot));
    if (backups_.has_problems()) backups_.look();
  }

  void look_at_holds() {
    report_.holds = catalogue_.holds(order_.time.lo, order_.time.hi);
    std::set<std::string> files;
    const auto look = [&](const Path& path, bool) {
      if (path.extension() == ".hold") files.insert(path.stem().string());
      return true;
    };
    walk(order_.state / "holds", look, [](const Path&) {});  // the state folder was walked before
    for (const auto& hold : report_.holds)
      if (files.erase(hold.id) == 0 && hold.state == "active")
        findings_.add(Fault::hold_without_file, {{}, {}, "hold " + hold.id, {}});
    std::erase_if(files, [this](const std::string& name) { return catalogue_.knows_hold(name); });  // ended this minute
    for (const auto& name : files) findings_.add(Fault::hold_file_without_row, {{}, {}, "holds/" + name + ".hold", {}});
  }

  void look_at_time_and_ledger() {
    const auto newest = catalogue_.newest();
    if (newest && *newest > order_.time.hi + kFuture)
      findings_.add(Fault::clock_behind, {{}, {}, "the newest is of " + to_rfc3339(*newest), {}});
    const bool wide = order_.time.hi - order_.time.lo > kWide;
    if (wide || order_.time.line)
      findings_.add(wide ? Fault::time_doubtful : Fault::time_unconfirmed,
                    {{}, {}, "between " + to_rfc3339(order_.time.lo) + " and " + to_rfc3339(order_.time.hi), {}});
    if (!order_.ledger.sound) findings_.add(Fault::ledger_unsound, {{}, {}, order_.ledger.problem, {}});
    if (const auto missing = catalogue_.short_batches(); missing > 0) findings_.add(Fault::batch_short, {}, missing);
    if (const auto waiting = catalogue_.waiting_deletions(); waiting > 0)
      findings_.add(Fault::deletion_waits, {}, waiting);
  }

  void look_at_call_folders() {
    for (const auto& folder : order_.call_folders) {
      const auto promise = judge_.promises().find(folder.cls);
      report_.call_folders.push_back(
          look_outside(folder.name, folder.path,
                       promise == judge_.promises().end() ? std::nullopt : std::optional(promise->second.period), order_.machine_clock));
    }
  }

  const AttestationOrder& order_;
  CatalogueLook catalogue_;
  KeyLook keys_;
  Judge judge_;
  BackupsLook backups_;
  std::vector<bool> seen_;  // the key slots of rows whose file was found
  std::set<Path> unread_;   // folders of vaults
  Attestation report_;
  Findings findings_;
  Unclaimed unclaimed_;
  std::map<std::string, ClassReport> classes_;
  std::vector<std::pair<const VaultPlace*, Path>> files_again_;
  std::vector<Path> strays_again_;
  std::vector<RowLook> rows_again_;
  std::vector<std::uint64_t> keys_again_;
  std::uint64_t maybe_due_ = 0;  // of what is missing
};
}  // namespace

Attestation attest(const AttestationOrder& order) { return Attestor(order).run(); }

}  // namespace tenure::storage
