#include "tests/faults/drivers.h"

#include <boost/filesystem/operations.hpp>
#include <iostream>

#include "base/error.h"
#include "tests/faults/child.h"
#include "tests/faults/disk_history.h"
#include "tests/faults/invariants.h"
#include "tests/faults/scenarios.h"

namespace tenure::faults {

namespace fs = boost::filesystem;

namespace {

struct Furnished {
  Path folder;          // empty: begin with an empty disk
  std::string promises;
};

Furnished furnished_for(const std::string& scenario, const Path& work) {
  make_directories(work);
  if (begins_empty(scenario)) return {};
  // Where it will be used: what it knows of its backups are their paths.
  const auto folder = work / "furnished", place = work / "point";
  const auto made = in_child([&] {
    furnish(scenario, place);
    return 0;
  });
  if (made.status != 0) throw Error(ErrorKind::internal, "The practice to begin with could not be made.");
  fs::rename(place, folder);
  dig_holes(folder);
  return {folder, made.output};
}

Path fresh_copy(const Path& from, const Path& to) {
  fs::remove_all(to);
  if (from.empty()) make_directories(to);
  else copy_tree(from, to);
  return to;
}

bool is_failing_disk(Fault fault) {
  return fault == Fault::eio_once || fault == Fault::eio_ever || fault == Fault::enospc_once || fault == Fault::enospc_ever;
}

ChildResult run_under(const std::string& scenario, const Path& folder, Fault fault, long at, const Path& log = {}) {
  return in_child([&] {
    if (is_failing_disk(fault)) promise("disk-fails");
    shim::arm(folder.c_str(), fault, at, log.empty() ? nullptr : log.c_str());
    run_scenario(scenario, folder);
    if (fault == Fault::count) promise(std::to_string(shim::count()));
    return 0;
  });
}

// Prints what is wrong, and how to see it again.
std::uint64_t judge(const Path& folder, const std::string& promises, const std::string& where) {
  const auto verdict = in_child([&] {
    for (const auto& violation : violations_in(folder, Promises(promises))) promise(violation);
    return 0;
  });
  auto said = verdict.output;
  if (verdict.status != 0) said += "START: the start ended with status " + std::to_string(verdict.status) + "\n";
  if (said.empty()) return 0;
  std::cout << "VIOLATION at " << where << "\n" << said << std::flush;
  return 1;
}

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of('\n');
  return text.substr(text.rfind('\n', end) + 1);
}

const char* name_of(Fault fault) {
  switch (fault) {
    case Fault::kill: return "kill";
    case Fault::torn: return "torn";
    case Fault::eio_once: return "eio-once";
    case Fault::eio_ever: return "eio-ever";
    case Fault::enospc_once: return "enospc-once";
    case Fault::enospc_ever: return "enospc-ever";
    default: return "none";
  }
}

long operations_of(const std::string& scenario, const Furnished& begin, const Path& work) {
  const auto counted = run_under(scenario, fresh_copy(begin.folder, work / "point"), Fault::count, 0);
  if (counted.status != 0) throw Error(ErrorKind::internal, "The scenario " + scenario + " fails without a fault.");
  return std::stol(last_line(counted.output));
}

}  // namespace

Tally kill_points(const std::string& scenario, Fault fault, Share share, const Path& work) {
  const auto begin = furnished_for(scenario, work);
  Tally tally;
  tally.operations = static_cast<std::uint64_t>(operations_of(scenario, begin, work));
  const auto last = static_cast<long>(tally.operations);
  for (long at = share.first; at <= last; at += share.stride) {
    const auto folder = fresh_copy(begin.folder, work / "point");
    const auto run = run_under(scenario, folder, fault, at);
    if (run.output.find("fired ") == std::string::npos) continue;  // runs differ by an operation or two
    ++tally.points;
    const auto where = scenario + " " + name_of(fault) + " " + std::to_string(at);
    if (run.status >= 128) {
      std::cout << "VIOLATION at " << where << "\nEND: signal " << run.status - 128 << "\n";
      ++tally.violations;
    }
    tally.violations += judge(folder, begin.promises + run.output, where);
  }
  return tally;
}

Tally recovery_points(const std::string& scenario, Share kills, Share share, const Path& work) {
  const auto begin = furnished_for(scenario, work);
  Tally tally;
  const auto last = operations_of(scenario, begin, work);
  const auto recover = [](const Path& folder, const Promises& promises, Fault fault, long at) {
    return in_child([&] {
      shim::arm(folder.c_str(), fault, at);
      const auto now = std::max(promises.clock, kBegin);
      put_right(folder, now);
      { const Shop shop(folder, now); }
      if (fault == Fault::count) promise(std::to_string(shim::count()));
      return 0;
    });
  };
  for (long at = kills.first; at <= last; at += kills.stride) {
    const auto left = work / "left";
    const auto promises = begin.promises + run_under(scenario, fresh_copy(begin.folder, work / "point"), Fault::kill, at).output;
    fs::remove_all(left);
    fs::rename(work / "point", left);
    const auto counted = recover(fresh_copy(left, work / "point"), Promises(promises), Fault::count, 0);
    if (counted.status != 0) throw Error(ErrorKind::internal, "Recovery fails without a fault.");
    const auto steps = std::stol(last_line(counted.output));
    tally.operations += static_cast<std::uint64_t>(steps);
    for (long step = 1 + (at + share.first) % share.stride; step <= steps; step += share.stride) {
      const auto fault = step % 3 == 0 ? Fault::torn : step % 3 == 1 ? Fault::kill : Fault::eio_ever;
      const auto folder = fresh_copy(left, work / "point");
      const auto run = recover(folder, Promises(promises), fault, step);
      if (run.output.find("fired ") == std::string::npos) continue;
      ++tally.points;
      const auto where = "recovery after " + scenario + " kill " + std::to_string(at) + ", " + name_of(fault) + " " + std::to_string(step);
      tally.violations += judge(folder, promises, where);
    }
  }
  return tally;
}

Tally disk_states(const std::string& scenario, std::uint64_t seed, std::uint64_t count, const Path& work) {
  make_directories(work);
  const auto log = work / "log", run = work / "run";
  make_directories(run);
  const auto recorded = run_under(scenario, run, Fault::log, 0, log);
  if (recorded.status != 0) throw Error(ErrorKind::internal, "The scenario " + scenario + " fails without a fault.");
  const DiskHistory history(log);
  const auto turns = history.turning_points();
  Tally tally;
  tally.operations = history.operations();
  std::mt19937_64 random(seed);
  for (; tally.points < count; ++tally.points) {
    const auto number = random();
    std::mt19937_64 own(number);
    const auto at = own() % 4 == 0 ? own() % (history.operations() + 1) : turns.at(own() % turns.size());
    constexpr std::array kLosses{DiskHistory::Loss::all, DiskHistory::Loss::random, DiskHistory::Loss::random, DiskHistory::Loss::one, DiskHistory::Loss::none};
    const auto folder = work / "point";
    fs::remove_all(folder);
    const auto said = history.state_at(at, kLosses.at(own() % kLosses.size()), own, folder);
    tally.violations += judge(folder, said, scenario + " disk state " + std::to_string(number) + " before operation " + std::to_string(at));
  }
  return tally;
}

}  // namespace tenure::faults
